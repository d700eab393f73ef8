import { signal } from "@preact/signals-core";
import { Bridge, type Colors, type Layout, type Look, type ToFrame, type ToHost } from "../shared/bridge";

interface Actions {
  opened(): void;
  send(text: string): void;
  reset(): void;
}

/**
 * The page around the frame. The loader names its origin in the frame's
 * fragment; the browser then sees to it that only a parent of that very origin
 * hears us, and we listen to no other. Without a parent the frame is a page of
 * its own and always open.
 */
export class Host {
  readonly open = signal(false);
  readonly visible = signal(!document.hidden);
  readonly look = signal<Look>({});
  readonly layout = signal<Layout>({ phone: false, top: 0, bottom: 0 });
  readonly alone = window.parent === window;
  readonly #bridge: Bridge<ToFrame, ToHost> | null;
  readonly #actions: Actions;

  constructor(actions: Actions) {
    this.#actions = actions;
    const origin = this.alone ? null : declaredOrigin();
    this.#bridge = origin ? new Bridge(() => window.parent, origin, (m) => this.#hear(m)) : null;
  }

  start(): void {
    document.addEventListener("visibilitychange", () => (this.visible.value = !document.hidden));
    this.say({ type: "ready" });
    if (this.alone) this.#setOpen(true);
  }

  say(message: ToHost): void {
    this.#bridge?.say(message);
  }

  close(): void {
    this.say({ type: "close" });
  }

  #hear(m: ToFrame): void {
    switch (m.type) {
      case "init":
        this.look.value = m.look;
        if (m.look.colors) this.#paint(m.look.colors);
        this.#fit(m.layout);
        this.#setOpen(m.open);
        break;
      case "layout":
        this.#fit(m.layout);
        break;
      case "open":
      case "close":
        this.#setOpen(m.type === "open");
        break;
      case "send":
        this.#actions.send(m.text);
        break;
      case "reset":
        this.#actions.reset();
        break;
    }
  }

  #setOpen(open: boolean): void {
    this.open.value = open;
    if (open) this.#actions.opened();
  }

  #paint(colors: Colors): void {
    set("--accent", colors.accent);
    set("--on-accent", colors.onAccent);
    set("--accent-light", colors.light);
    set("--accent-dark", colors.dark);
  }

  #fit(layout: Layout): void {
    this.layout.value = layout;
    set("--inset-top", `${layout.top}px`);
    set("--inset-bottom", `${layout.bottom}px`);
  }
}

function set(property: string, value: string): void {
  document.documentElement.style.setProperty(property, value);
}

function declaredOrigin(): string | null {
  const declared = new URLSearchParams(location.hash.slice(1)).get("host");
  if (!declared || !/^https?:\/\/[^/]+$/.test(declared)) return null;
  // Where the browser tells who the parent is, the two must agree.
  const parent = location.ancestorOrigins?.[0];
  return parent === undefined || parent === declared ? declared : null;
}
