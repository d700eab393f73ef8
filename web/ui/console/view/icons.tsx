// Line icons, drawn for the console on a 24 × 24 grid.
import { h } from "preact";

const paths = {
  agent: "M5 20a7 7 0 0 1 14 0M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
  alert: "M12 8.5v4.5M12 16.5v.1M12 3 2.5 20h19L12 3Z",
  back: "m14.5 6-6 6 6 6",
  bolt: "M13 3 5 13.5h6L10 21l8-10.5h-6L13 3Z",
  bot: "M12 7V4M7 7h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM9.5 12v1.5M14.5 12v1.5M2.5 12v3M21.5 12v3",
  chart: "M4 20h16M7 16v-5M12 16V5M17 16v-8",
  chat: "M4 12a8 8 0 1 1 4.2 7L4 20l1.1-4A8 8 0 0 1 4 12ZM8.5 10.5h7M8.5 14h4.5",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 7.5V12l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  close: "M6 6l12 12M18 6 6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  download: "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z",
  eyeoff: "M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.7M6.3 7.6A17 17 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.2-1",
  gear: "M4 7h8M16 7h4M4 17h4M12 17h8M14 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM10 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z",
  headset: "M5 14v-2a7 7 0 0 1 14 0v2M5 14h2.5v5H6a1 1 0 0 1-1-1v-4ZM19 14h-2.5v5H18a1 1 0 0 0 1-1v-4ZM18 19c0 1.5-1.5 2.5-4 2.5",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6v-9Z",
  next: "m9.5 6 6 6-6 6",
  note: "M5 4h14v10l-5 6H5V4ZM14 20v-6h5M8.5 8.5h7M8.5 12h4",
  panel: "M4 5h16v14H4V5ZM14.5 5v14",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20.5 20.5",
  send: "M12 19V5M6 11l6-6 6 6",
  shield: "M12 3 5 6v5.5c0 4.3 2.9 7.7 7 9.5 4.1-1.8 7-5.2 7-9.5V6l-7-3Zm-3 9 2.2 2.2L15.2 10",
  star: "m12 3.8 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8L12 3.8Z",
  transfer: "M4 8.5h14M14 4.5l4 4-4 4M20 15.5H6M10 11.5l-4 4 4 4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon i-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
