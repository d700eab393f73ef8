// Line icons, drawn for this widget on a 24 × 24 grid.
import { h } from "preact";
const paths = {
  agent: "M5 20a7 7 0 0 1 14 0M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
  ai: "M11 4l1.8 5.2L18 11l-5.2 1.8L11 18l-1.8-5.2L4 11l5.2-1.8L11 4ZM18.5 15.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8.8-2.2Z",
  alert: "M12 8.5v4.5M12 16.5v.1M12 3 2.5 20h19L12 3Z",
  bot: "M12 7V4M7 7h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM9.5 12v1.5M14.5 12v1.5M2.5 12v3M21.5 12v3",
  check: "m5 12.5 4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6 6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  fold: "m6 9.5 6 6 6-6",
  headset: "M5 14v-2a7 7 0 0 1 14 0v2M5 14h2.5v5H6a1 1 0 0 1-1-1v-4ZM19 14h-2.5v5H18a1 1 0 0 0 1-1v-4ZM18 19c0 1.5-1.5 2.5-4 2.5",
  info: "M12 11v5.5M12 7.6v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  minus: "M7 12h10M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  next: "m9.5 6 6 6-6 6",
  ok: "m8 12.3 2.8 2.8L16 9.6M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  send: "M12 19V5M6 11l6-6 6 6",
  shield: "M12 3 5 6v5.5c0 4.3 2.9 7.7 7 9.5 4.1-1.8 7-5.2 7-9.5V6l-7-3Zm-3 9 2.2 2.2L15.2 10",
  wait: "M12 7.5V12l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
