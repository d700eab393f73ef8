// A host page chooses one colour; what is readable on it, and in which shade it
// is readable as text itself, is worked out here so that no choice makes the
// widget unreadable (WCAG contrast 4.5).
import type { Colors } from "../../shared/bridge";

/** Red, green, blue, each 0 to 255. */
type RGB = readonly number[];

/** Surfaces in the frame that coloured text stands on, the worst of each scheme. */
const lightSurface: RGB = [241, 244, 243];
const darkSurface: RGB = [38, 46, 43];

/** Works out the colours for one in the form #rrggbb. */
export function colorsFor(accent: string): Colors {
  const rgb = [1, 3, 5].map((i) => parseInt(accent.slice(i, i + 2), 16));
  return {
    accent,
    onAccent: contrast(rgb, [255, 255, 255]) >= 4.5 ? "#ffffff" : "#000000",
    light: readable(rgb, lightSurface, 0),
    dark: readable(rgb, darkSurface, 255),
  };
}

/** Mixes a colour towards black or white until it is readable on a surface. */
function readable(rgb: RGB, on: RGB, end: number): string {
  for (let share = 0; ; share += 0.05) {
    const mixed = rgb.map((c) => Math.round(c + (end - c) * Math.min(share, 1)));
    if (share >= 1 || contrast(mixed, on) >= 4.6) {
      return `#${mixed.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
    }
  }
}

function contrast(a: RGB, b: RGB): number {
  const [la, lb] = [luminance(a), luminance(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

function luminance(rgb: RGB): number {
  const weights = [0.2126, 0.7152, 0.0722];
  return rgb.reduce((sum, v, i) => {
    const c = v / 255;
    return sum + weights[i]! * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
}
