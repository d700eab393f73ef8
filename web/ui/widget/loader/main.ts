// widget.js: one script tag on any page puts a launcher and a panel there and
// gives the page window.fenfu.
import { Bridge, type ToFrame, type ToHost } from "../../shared/bridge";
import { Emitter, type Listener } from "./emitter";
import { readOptions } from "./options";
import { Panel } from "./panel";

/** window.fenfu, what a host page can do with the widget. */
interface Fenfu {
  open(): void;
  close(): void;
  toggle(): void;
  /** Sends text as the visitor. */
  send(text: string): void;
  /** Events: ready, opened, closed, message, unread. */
  on(event: string, listener: Listener): void;
  off(event: string, listener: Listener): void;
  /** Forgets the session on this device and starts a new one. */
  reset(): void;
  /** Takes the widget off the page. */
  destroy(): void;
}

declare global {
  interface Window {
    fenfu?: Fenfu;
  }
}

function start(script: HTMLScriptElement): Fenfu {
  const options = readOptions(script);
  const base = new URL(script.src);
  const emitter = new Emitter();
  const waiting: ToFrame[] = [];
  let ready = false;

  const src = new URL("widget/frame.html", base);
  src.hash = `host=${encodeURIComponent(location.origin)}`;
  const panel = new Panel(src.href, options, {
    toggle: () => api.toggle(),
    layout: (layout) => tell({ type: "layout", layout }),
  });

  const bridge = new Bridge<ToHost, ToFrame>(() => panel.window, src.origin, (message) => {
    switch (message.type) {
      case "ready":
        // Also after the frame reloaded itself: it has to be told again.
        bridge.say({ type: "init", look: options, layout: panel.layout(), open: panel.isOpen });
        for (const m of waiting.splice(0)) bridge.say(m);
        if (!ready) emitter.emit("ready");
        ready = true;
        break;
      case "close":
        api.close();
        break;
      case "unread":
        panel.setUnread(message.count);
        emitter.emit("unread", { count: message.count });
        break;
      case "message":
        emitter.emit("message", message.message);
        break;
    }
  });

  // Opening and layout are part of init, so only what would be lost waits.
  function tell(message: ToFrame): void {
    if (ready) bridge.say(message);
    else if (message.type === "send" || message.type === "reset") waiting.push(message);
  }

  const api: Fenfu = {
    open() {
      if (!panel.open()) return;
      tell({ type: "open" });
      emitter.emit("opened");
    },
    close() {
      if (!panel.close()) return;
      tell({ type: "close" });
      emitter.emit("closed");
    },
    toggle() {
      if (panel.isOpen) api.close();
      else api.open();
    },
    send: (text) => tell({ type: "send", text: String(text) }),
    on: (event, listener) => emitter.on(event, listener),
    off: (event, listener) => emitter.off(event, listener),
    reset: () => tell({ type: "reset" }),
    destroy() {
      bridge.close();
      panel.destroy();
      delete window.fenfu;
    },
  };

  whenBody(() => {
    panel.mount();
    if (options.open) api.open();
  });
  return api;
}

function whenBody(run: () => void): void {
  if (document.body) run();
  else addEventListener("DOMContentLoaded", run, { once: true });
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !window.fenfu) {
  window.fenfu = start(script);
}
