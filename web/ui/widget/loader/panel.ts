import type { Layout } from "../../shared/bridge";
import type { Options } from "./options";
import css from "./loader.css?inline";

interface Handlers {
  toggle(): void;
  layout(layout: Layout): void;
}

/** When the panel fills the screen; the same as in loader.css. */
const phoneQuery = "(max-width: 480px), (max-height: 480px)";

/** The launcher button and the panel with the frame, in a shadow root. */
export class Panel {
  readonly #host = document.createElement("fenfu-widget");
  readonly #root = document.createElement("div");
  readonly #button = document.createElement("button");
  readonly #badge = document.createElement("span");
  readonly #box = document.createElement("div");
  readonly #frame = document.createElement("iframe");
  readonly #insets = document.createElement("div");
  readonly #phone = matchMedia(phoneQuery);
  readonly #stop = new AbortController();
  readonly #title: string;
  #unread = 0;
  /** What the page's own overflow was before the full-screen panel locked it. */
  #overflow: string | null = null;
  readonly #handlers: Handlers;

  constructor(src: string, options: Options, handlers: Handlers) {
    this.#handlers = handlers;
    this.#title = options.title ?? "在线客服";
    const shadow = this.#host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];

    if (options.colors) {
      this.#root.style.setProperty("--accent", options.colors.accent);
      this.#root.style.setProperty("--on-accent", options.colors.onAccent);
    }
    this.#root.className = options.left ? "root left" : "root";

    this.#badge.className = "badge";
    this.#badge.hidden = true;
    this.#badge.setAttribute("aria-hidden", "true");
    this.#button.className = "launcher";
    this.#button.type = "button";
    this.#button.append(
      icon("chat", "M4 12a8 8 0 1 1 4.2 7L4 20l1.1-4A8 8 0 0 1 4 12ZM8.5 10.5h7M8.5 14h4.5"),
      icon("down", "m6 9.5 6 6 6-6"),
      this.#badge,
    );
    this.#frame.src = src;
    this.#frame.title = this.#title;
    this.#box.className = "panel";
    this.#box.append(this.#frame);
    this.#insets.className = "insets";
    this.#root.append(this.#button, this.#box, this.#insets);
    shadow.append(this.#root);
    this.#label();
  }

  get isOpen(): boolean {
    return this.#root.classList.contains("open");
  }

  get window(): Window | null {
    return this.#frame.contentWindow;
  }

  mount(): void {
    document.body.append(this.#host);
    const { signal } = this.#stop;
    this.#button.addEventListener("click", () => this.#handlers.toggle(), { signal });
    this.#phone.addEventListener("change", this.#fit, { signal });
    // A phone's keyboard shrinks the visual viewport of the page only, so the
    // frame cannot see it: the panel follows it from here.
    visualViewport?.addEventListener("resize", this.#fit, { signal });
    visualViewport?.addEventListener("scroll", this.#fit, { signal });
  }

  /** Opens the panel; false if it was open. */
  open(): boolean {
    if (this.isOpen) return false;
    this.#root.classList.add("open");
    this.#fit();
    this.#label();
    this.#frame.focus({ preventScroll: true });
    return true;
  }

  /** Closes the panel; false if it was closed. */
  close(): boolean {
    if (!this.isOpen) return false;
    const hadFocus = document.activeElement === this.#host;
    this.#root.classList.remove("open");
    this.#fit();
    this.#label();
    if (hadFocus) this.#button.focus({ preventScroll: true });
    return true;
  }

  setUnread(count: number): void {
    this.#unread = count;
    this.#badge.hidden = this.#unread === 0;
    this.#badge.textContent = this.#unread > 99 ? "99+" : String(this.#unread);
    this.#label();
  }

  layout(): Layout {
    const style = getComputedStyle(this.#insets);
    const phone = this.#phone.matches;
    return { phone, top: phone ? parseFloat(style.paddingTop) : 0, bottom: phone ? parseFloat(style.paddingBottom) : 0 };
  }

  destroy(): void {
    this.#root.classList.remove("open");
    this.#fit();
    this.#stop.abort();
    this.#host.remove();
  }

  #label(): void {
    const unread = this.#unread ? `，${this.#unread} 条未读消息` : "";
    this.#button.setAttribute("aria-label", this.isOpen ? `收起${this.#title}` : `打开${this.#title}${unread}`);
    this.#button.setAttribute("aria-expanded", String(this.isOpen));
  }

  readonly #fit = (): void => {
    const full = this.isOpen && this.#phone.matches;
    const view = visualViewport;
    // Zoomed in, it is smaller too, but that is the visitor's own wish.
    const follow = full && view && view.scale < 1.01;
    this.#box.style.cssText = follow ? `height:${view.height}px;top:${view.offsetTop}px;bottom:auto` : "";
    this.#lock(full);
    this.#handlers.layout(this.layout());
  };

  /** Keeps the page behind a full-screen panel from scrolling. */
  #lock(on: boolean): void {
    const { style } = document.documentElement;
    if (on && this.#overflow === null) {
      this.#overflow = style.getPropertyValue("overflow");
      style.setProperty("overflow", "hidden");
    } else if (!on && this.#overflow !== null) {
      style.setProperty("overflow", this.#overflow);
      this.#overflow = null;
    }
  }
}

function icon(name: string, d: string): SVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}
