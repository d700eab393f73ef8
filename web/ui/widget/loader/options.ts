import type { Look } from "../../shared/bridge";
import { colorsFor } from "./color";

export interface Options extends Look {
  left: boolean;
  open: boolean;
}

/**
 * Reads the script tag's attributes: data-position (right, left), data-color
 * (#rrggbb), data-title, data-open (opens at once).
 */
export function readOptions(script: HTMLScriptElement): Options {
  const { position, color, title, open } = script.dataset;
  return {
    left: position === "left",
    open: open !== undefined && open !== "false",
    ...(title && { title: title.slice(0, 40) }),
    ...(color && /^#[0-9a-f]{6}$/i.test(color) && { colors: colorsFor(color) }),
  };
}
