// The socket and its life: dial, hello, and dial again with backoff until told
// to stop. It knows nothing of messages.
import { backoff } from "../../shared/backoff";
import { closeCode, decode, subprotocol, type ClientFrame, type ServerFrame } from "../../shared/protocol";
import { HTTPError } from "./api";

/** idle: not wanted; offline: the device has no network; ended: only a new session helps. */
export type Link = "idle" | "connecting" | "online" | "reconnecting" | "offline" | "ended" | "broken";

interface Handlers {
  /** Gives the token to say hello with; may ask the server for a new one. */
  token(): Promise<string>;
  /** The last event known. */
  after(): number;
  link(link: Link, attempt: number): void;
  frame(frame: ServerFrame): void;
  /** The token is no longer good: the next one asked for must be another. */
  refused(): void;
  /** Events received before are no longer in the log. */
  rewound(): void;
}

const welcomeWithin = 10_000;
const pongWithin = 5_000;
const stableAfter = 5_000;

export class Connection {
  #socket: WebSocket | null = null;
  #wanted = false;
  #welcomed = 0;
  #attempt = 0;
  /** A server's hint how long to wait before the next attempt. */
  #hint = 0;
  /** Moves when everything under way has become out of date. */
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers: Handlers;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#wanted && this.drop());
    // A socket may have died while the page slept, with nobody to say so.
    document.addEventListener("visibilitychange", () => !document.hidden && this.#probe());
  }

  get open(): boolean {
    return this.#welcomed > 0;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#attempt = 0;
    void this.#dial();
  }

  stop(): void {
    this.#wanted = false;
    this.#abandon();
    this.#handlers.link("idle", 0);
  }

  /** Tries at once instead of waiting for the next attempt. */
  retry(): void {
    if (!this.#wanted || this.open) return;
    this.#attempt = 0;
    void this.#dial();
  }

  /** Gives up the present socket for a new one. */
  drop(): void {
    this.#abandon();
    this.#again();
  }

  send(frame: ClientFrame): boolean {
    if (!this.open) return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  /** Gives up the socket if the server is no longer at its other end. */
  #probe(): void {
    if (!this.send({ type: "ping" })) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.drop(), pongWithin);
  }

  async #dial(): Promise<void> {
    this.#abandon();
    const generation = this.#generation;
    const stale = () => generation !== this.#generation;
    this.#handlers.link(this.#attempt === 0 ? "connecting" : "reconnecting", this.#attempt);
    let token: string;
    try {
      token = await this.#handlers.token();
    } catch (err) {
      if (stale()) return;
      if (err instanceof HTTPError) this.#hint = err.retryAfterMs;
      this.#again();
      return;
    }
    if (stale()) return;

    const url = new URL("/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, subprotocol);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.drop(), welcomeWithin);
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "hello", token, after: this.#handlers.after() } satisfies ClientFrame));
    };
    socket.onmessage = (e) => {
      const frame = decode(e.data);
      if (frame && !stale()) this.#receive(frame);
    };
    socket.onclose = (e) => {
      if (!stale()) this.#closed(e.code);
    };
  }

  #receive(frame: ServerFrame): void {
    if (this.open) clearTimeout(this.#timer); // any frame proves it alive
    if (frame.type === "welcome") {
      clearTimeout(this.#timer);
      this.#welcomed = Date.now();
      this.#handlers.link("online", 0);
    }
    // A server that says bye closes by itself; from here on it is only a hint.
    if (frame.type === "bye") this.#hint = frame.reconnect_after_ms ?? 0;
    this.#handlers.frame(frame);
  }

  #closed(code: number): void {
    const stable = this.#welcomed > 0 && Date.now() - this.#welcomed > stableAfter;
    this.#abandon();
    if (stable) this.#attempt = 0;
    if (code === closeCode.badToken) {
      this.#handlers.refused();
      this.#again();
    } else if (code === closeCode.sessionClosed) {
      this.#end("ended");
    } else if (code >= closeCode.terminal && code < 5000) {
      this.#end("broken");
    } else {
      if (code === closeCode.rewound) this.#handlers.rewound();
      if (code === closeCode.tooFast) this.#hint = Math.max(this.#hint, 5_000);
      this.#again();
    }
  }

  #end(link: Link): void {
    this.#wanted = false;
    this.#handlers.link(link, 0);
  }

  /** Waits as long as hinted at and as backoff wants, then dials. */
  #again(): void {
    if (!this.#wanted) return;
    const wait = this.#hint + backoff(this.#attempt);
    this.#hint = 0;
    this.#attempt++;
    this.#handlers.link(navigator.onLine ? "reconnecting" : "offline", this.#attempt);
    // Without a network there is nothing to try; the online event goes on.
    if (navigator.onLine) this.#timer = setTimeout(() => void this.#dial(), wait);
  }

  #abandon(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#welcomed = 0;
    this.#socket?.close();
    this.#socket = null;
  }
}
