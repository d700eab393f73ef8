// What the host page and the frame say to each other through postMessage. Both
// sides check the origin and the source of whatever arrives; see Bridge.

/** How the host page wants the widget to look; what it leaves out is ours. */
export interface Look {
  title?: string;
  colors?: Colors;
}

/** The page's colour, as #rrggbb, with what is readable on and beside it. */
export interface Colors {
  accent: string;
  onAccent: string;
  /** Text in that colour on a light and on a dark surface. */
  light: string;
  dark: string;
}

/** Where the frame is shown; insets are the device's safe areas in CSS pixels. */
export interface Layout {
  phone: boolean;
  top: number;
  bottom: number;
}

export type ToFrame =
  | { type: "init"; look: Look; layout: Layout; open: boolean }
  | { type: "layout"; layout: Layout }
  | { type: "open" }
  | { type: "close" }
  | { type: "send"; text: string }
  | { type: "reset" };

/**
 * What the host page may know of an event. There is no text: the page that
 * embeds the widget is not a party to what a visitor tells the operator.
 */
export interface MessageInfo {
  seq: number;
  from: string;
  kind: string;
  at: string;
}

export type ToHost =
  | { type: "ready" }
  | { type: "close" }
  | { type: "unread"; count: number }
  | { type: "message"; message: MessageInfo };

const version = 1;

/**
 * One side of the conversation between exactly two windows. It hears only what
 * comes from the peer window with the peer's origin, and what it says can only
 * be delivered to that origin.
 */
export class Bridge<In, Out> {
  readonly #peer: () => Window | null;
  readonly #origin: string;
  readonly #hear: (message: In) => void;

  constructor(
    peer: () => Window | null,
    origin: string,
    hear: (message: In) => void,
  ) {
    this.#peer = peer;
    this.#origin = origin;
    this.#hear = hear;
    addEventListener("message", this.#listen);
  }

  say(message: Out): void {
    this.#peer()?.postMessage({ fenfu: version, ...message }, this.#origin);
  }

  close(): void {
    removeEventListener("message", this.#listen);
  }

  readonly #listen = (e: MessageEvent): void => {
    if (e.origin !== this.#origin || e.source !== this.#peer()) return;
    const data: unknown = e.data;
    if (typeof data !== "object" || data === null || (data as { fenfu?: unknown }).fenfu !== version) return;
    this.#hear(data as In);
  };
}
