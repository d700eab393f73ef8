// The live feed: one socket that is dialled again, with backoff, until it is no
// longer wanted.
import { backoff } from "../../shared/backoff";
import { closeCode } from "../../shared/protocol";
import { subprotocol, type ClientFrame, type DeskFrame } from "./wire";

export type Link = "connecting" | "online" | "reconnecting" | "offline";

interface Handlers {
  link(link: Link): void;
  frame(frame: DeskFrame): void;
  /** The login has ended. */
  refused(): void;
}

const helloWithin = 10_000;
const pingEvery = 20_000;
const answerWithin = 10_000;
const stableAfter = 5_000;

export class Feed {
  #socket: WebSocket | null = null;
  #wanted = false;
  #since = 0;
  #attempt = 0;
  #hint = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers: Handlers;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#wanted && this.#drop());
    // A socket may have died while the page slept, with nobody to say so.
    document.addEventListener("visibilitychange", () => !document.hidden && this.#since > 0 && this.#ping());
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#attempt = 0;
    this.#dial();
  }

  stop(): void {
    this.#wanted = false;
    this.#abandon();
  }

  /** Tries at once instead of waiting for the next attempt. */
  retry(): void {
    if (!this.#wanted || this.#since > 0) return;
    this.#attempt = 0;
    this.#dial();
  }

  send(frame: ClientFrame): void {
    if (this.#since > 0) this.#socket?.send(JSON.stringify(frame));
  }

  #dial(): void {
    this.#abandon();
    this.#handlers.link(this.#attempt === 0 ? "connecting" : "reconnecting");
    const url = new URL("/ws/desk", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, subprotocol);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#drop(), helloWithin);
    socket.onmessage = (e) => {
      const frame = decode(e.data);
      if (frame && socket === this.#socket) this.#receive(frame);
    };
    socket.onclose = (e) => {
      if (socket === this.#socket) this.#closed(e.code);
    };
  }

  #receive(frame: DeskFrame): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ping(), pingEvery);
    if (frame.type === "hello") {
      this.#since = Date.now();
      this.#handlers.link("online");
    }
    if (frame.type === "bye") this.#hint = frame.reconnect_after_ms ?? 0;
    this.#handlers.frame(frame);
  }

  #ping(): void {
    clearTimeout(this.#timer);
    this.send({ type: "ping" });
    this.#timer = setTimeout(() => this.#drop(), answerWithin);
  }

  #closed(code: number): void {
    if (this.#since > 0 && Date.now() - this.#since > stableAfter) this.#attempt = 0;
    if (code === closeCode.badToken) {
      this.stop();
      this.#handlers.refused();
    } else {
      if (code === closeCode.tooFast) this.#hint = Math.max(this.#hint, 5_000);
      this.#drop();
    }
  }

  #drop(): void {
    this.#abandon();
    if (!this.#wanted) return;
    const wait = this.#hint + backoff(this.#attempt++);
    this.#hint = 0;
    this.#handlers.link(navigator.onLine ? "reconnecting" : "offline");
    if (navigator.onLine) this.#timer = setTimeout(() => this.#dial(), wait);
  }

  #abandon(): void {
    clearTimeout(this.#timer);
    this.#since = 0;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}

function decode(data: unknown): DeskFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as DeskFrame) : null;
  } catch {
    return null;
  }
}
