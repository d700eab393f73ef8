// What the visitor said and the server has not yet echoed. An entry leaves when
// its event arrives, so nothing is shown twice and nothing typed is lost. It
// lives in memory only: it may hold details as they were typed.
import { signal } from "@preact/signals-core";
import type { ClientFrame } from "../../shared/protocol";

/**
 * sending: on its way; waiting: no connection, goes out by itself; sent: acked,
 * the echo is coming; failed: the visitor is told and can send it again.
 */
export type Delivery = "sending" | "waiting" | "sent" | "failed";

export interface Outgoing {
  readonly id: string;
  /** What is shown: the text, or the label of the button pressed. */
  readonly text: string;
  /** With a button pressed: its value, and the event it stood under. */
  readonly choice?: { value: string; seq: number };
  readonly at: string;
  readonly delivery: Delivery;
  /** Why the server would not take it. Such an entry is not sent again unasked. */
  readonly refusal?: string;
}

interface Wire {
  /** Hands a frame to the connection; false without one. */
  send(frame: ClientFrame): boolean;
  /** The connection takes messages and acks none. */
  stuck(): void;
}

const ackWithin = 8_000;
const failAfter = 15_000;

export class Outbox {
  readonly entries = signal<readonly Outgoing[]>([]);
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  add(text: string, choice?: Outgoing["choice"]): void {
    const entry: Outgoing = {
      id: newID(),
      text,
      at: new Date().toISOString(),
      delivery: "waiting",
      ...(choice && { choice }),
    };
    // A button that failed is pressed again, or another one: this one counts.
    const kept = this.entries.value.filter((e) => !(choice && e.choice?.seq === choice.seq));
    this.entries.value = [...kept, entry];
    this.#transmit(entry);
  }

  /** Sends again, under the same id: whatever the server had of it, it counts once. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry) this.#transmit(entry);
  }

  /** After a reconnection: everything not acked, in order. */
  flush(): void {
    for (const entry of this.entries.value) {
      if (entry.delivery !== "sent" && !entry.refusal) this.#transmit(entry);
    }
  }

  /** The connection is gone: what is on its way waits, and fails if that lasts. */
  interrupt(): void {
    for (const { id, delivery } of this.entries.value) {
      if (delivery === "sending") this.#wait(id);
    }
  }

  acked(id: string): void {
    this.#update(id, { delivery: "sent" });
  }

  /** The echo has come: the log has it now. */
  echoed(id: string): void {
    this.#disarm(id);
    if (this.#find(id)) this.entries.value = this.entries.value.filter((e) => e.id !== id);
  }

  refused(id: string, refusal: string, retryAfterMs: number): void {
    if (!this.#find(id)) return;
    if (retryAfterMs > 0) {
      this.#arm(id, retryAfterMs, () => this.retry(id));
      return;
    }
    this.#update(id, { delivery: "failed", refusal });
  }

  remove(id: string): void {
    this.echoed(id);
  }

  /** Empties it and returns the texts that were never taken. */
  clear(): string[] {
    const texts = this.entries.value.filter((e) => !e.choice && e.delivery !== "sent").map((e) => e.text);
    for (const { id } of this.entries.value) this.#disarm(id);
    this.entries.value = [];
    return texts;
  }

  #transmit(entry: Outgoing): void {
    const { id, text, choice } = entry;
    const sent = this.#wire.send(choice ? { type: "choose", id, value: choice.value } : { type: "send", id, text });
    if (!sent) {
      this.#wait(id);
      return;
    }
    this.#update(id, { delivery: "sending" });
    this.#arm(id, ackWithin, () => this.#wire.stuck());
  }

  #wait(id: string): void {
    this.#update(id, { delivery: "waiting" });
    this.#arm(id, failAfter, () => this.#update(id, { delivery: "failed" }));
  }

  #find(id: string): Outgoing | undefined {
    return this.entries.value.find((e) => e.id === id);
  }

  #update(id: string, change: Pick<Outgoing, "delivery" | "refusal">): void {
    this.#disarm(id);
    this.entries.value = this.entries.value.map((e) => {
      if (e.id !== id) return e;
      const { refusal: _, ...rest } = e;
      return { ...rest, ...change };
    });
  }

  #arm(id: string, ms: number, run: () => void): void {
    this.#disarm(id);
    this.#timers.set(id, setTimeout(run, ms));
  }

  #disarm(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}

/** An id unique in the session; crypto.randomUUID needs https. */
function newID(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}
