// The open conversation: its log, what stands beside it, and what is being said.
import { batch, computed, signal } from "@preact/signals-core";
import { saveFile } from "../../shared/file";
import type { ChatEvent } from "../../shared/protocol";
import { ApiError, newID, type Api } from "./api";
import type { Phase } from "./list";
import type { DeskFrame, Packet } from "./wire";

/** What the agent said and the log does not have yet. */
export interface Outgoing {
  readonly id: string;
  readonly text: string;
  readonly state: "sending" | "sent" | "failed";
  /** Why the server would not take it. */
  readonly refusal?: ApiError;
}

/** A detail shown for a moment. */
export interface Shown {
  value: string;
  until: number;
}

const pageSize = 50;
const refreshAfter = 400;
const typingFor = 12_000;
const typingEvery = 3_000;

export class Talk {
  readonly session: string;
  readonly events = signal<readonly ChatEvent[]>([]);
  readonly packet = signal<Packet | null>(null);
  readonly phase = signal<Phase>("loading");
  readonly outbox = signal<readonly Outgoing[]>([]);
  readonly typing = signal(false);
  readonly older = computed(() => (this.events.value[0]?.seq ?? 1) > 1);
  readonly shown = signal<ReadonlyMap<string, Shown>>(new Map());
  /** Up to which event the live feed has to tell. */
  get last(): number {
    return this.events.value.at(-1)?.seq ?? 0;
  }
  readonly #api: Api;
  readonly #path: string;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #typedAt = 0;
  #reading = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(api: Api, session: string) {
    this.#api = api;
    this.session = session;
    this.#path = `conversations/${encodeURIComponent(session)}`;
  }

  async load(): Promise<void> {
    try {
      const [packet, log] = await Promise.all([
        this.#api.get<Packet>(this.#path),
        this.#api.get<{ events: ChatEvent[] }>(`${this.#path}/events?limit=${pageSize}`),
      ]);
      batch(() => {
        this.packet.value = packet;
        for (const e of log.events ?? []) this.#append(e);
        this.phase.value = "ready";
      });
    } catch {
      if (this.phase.value !== "ready") this.phase.value = "failed";
    }
  }

  /** Reads the packet again, after something in it has moved. */
  async refresh(): Promise<void> {
    const packet = await this.#api.watch<Packet>(this.#path).catch(() => null);
    if (packet) this.packet.value = packet;
  }

  /** The same in a moment, once for all that happens until then; not if the agent leaves. */
  refreshSoon(): void {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => void this.refresh(), refreshAfter);
  }

  async readOlder(): Promise<void> {
    const first = this.events.value[0]?.seq ?? 1;
    if (this.#reading || first <= 1) return;
    this.#reading = true;
    try {
      const log = await this.#api.get<{ events: ChatEvent[] }>(`${this.#path}/events?before=${first}&limit=${pageSize}`);
      const older = (log.events ?? []).filter((e) => e.seq < first);
      this.events.value = [...older, ...this.events.value];
    } catch {
      // The button is still there.
    } finally {
      this.#reading = false;
    }
  }

  receive(frame: Extract<DeskFrame, { session: string }>): void {
    if (frame.type === "event") {
      this.#append(frame);
      if (frame.from === "visitor") this.#setTyping(false);
      if (frame.from !== "agent") this.refreshSoon(); // a detail, a step, a rating
    } else if (frame.type === "typing" && frame.from === "visitor") {
      this.#setTyping(frame.on);
    }
  }

  #append(e: ChatEvent): void {
    if (e.seq <= this.last) return;
    this.events.value = [...this.events.value, e];
    // The server puts the agent's mark behind our id.
    if (e.id) this.outbox.value = this.outbox.value.filter((o) => e.id!.split(".")[0] !== o.id);
  }

  /** Says something, after whatever is still on its way. */
  say(text: string): void {
    const entry: Outgoing = { id: newID(), text, state: "sending" };
    this.outbox.value = [...this.outbox.value, entry];
    this.tellTyping(false);
    this.#queue(entry.id);
  }

  /** Sends again under the same id: whatever the server had of it, it counts once. */
  retry(id: string): void {
    this.#update(id, { state: "sending" });
    this.#queue(id);
  }

  /** Everything that failed for want of a connection, in order. */
  retryAll(): void {
    for (const o of this.outbox.value) if (o.state === "failed" && !o.refusal) this.retry(o.id);
  }

  /** Takes what failed out of the log; the caller has the text. */
  takeBack(id: string): void {
    this.outbox.value = this.outbox.value.filter((o) => o.id !== id);
  }

  #queue(id: string): void {
    this.#sending = this.#sending.then(() => this.#post(id));
  }

  async #post(id: string): Promise<void> {
    const entry = this.outbox.value.find((o) => o.id === id);
    if (!entry) return;
    try {
      await this.#api.post(`${this.#path}/messages`, { id, text: entry.text });
      this.#update(id, { state: "sent" });
    } catch (err) {
      if (!(err instanceof ApiError)) throw err;
      this.#update(id, { state: "failed", ...(!err.passing && err.status !== 401 && { refusal: err }) });
    }
  }

  #update(id: string, change: Omit<Outgoing, "id" | "text">): void {
    this.outbox.value = this.outbox.value.map((o) => (o.id === id ? { id, text: o.text, ...change } : o));
  }

  tellTyping(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#typedAt < typingEvery : this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    void this.#api.post(`${this.#path}/typing`, { on }).catch(() => undefined);
  }

  async note(text: string): Promise<void> {
    await this.#api.post(`${this.#path}/notes`, { id: newID(), text });
    await this.refresh();
  }

  async setTags(tags: string[]): Promise<void> {
    await this.#api.post(`${this.#path}/tags`, { tags });
    const packet = this.packet.value;
    if (packet) this.packet.value = { ...packet, row: { ...packet.row, tags } };
  }

  /** take, return, close, transfer, join, assign; each counts once. */
  async command(name: string, body: object = {}): Promise<void> {
    await this.#api.post(`${this.#path}/${name}`, { id: newID(), ...body });
  }

  /** What a model makes of the conversation, "" if that is nothing. */
  async summary(): Promise<string> {
    return (await this.#api.post<{ text: string }>(`${this.#path}/summary`)).text;
  }

  /** What a model would answer the visitor, "" if it knows nothing. */
  async suggestion(): Promise<string> {
    const { items } = await this.#api.post<{ items: { text: string }[] }>(`${this.#path}/suggestions`);
    return items[0]?.text ?? "";
  }

  async transcript(): Promise<void> {
    const res = await fetch(`/v1/desk/${this.#path}/transcript`, { credentials: "same-origin", cache: "no-store" });
    if (!res.ok) throw new ApiError(res.status, "", "");
    saveFile(await res.blob(), `${this.session}.txt`);
  }

  /** Shows one detail, for as long as the server allows. */
  async reveal(kind: string, reason: string): Promise<void> {
    const { value, expires_in_s } = await this.#api.post<{ value: string; expires_in_s: number }>(`${this.#path}/reveal`, { kind, reason });
    const ms = Math.min(expires_in_s ?? 30, 30) * 1000;
    this.shown.value = new Map(this.shown.value).set(kind, { value, until: Date.now() + ms });
    setTimeout(() => this.hide(kind), ms);
  }

  hide(kind: string): void {
    const shown = new Map(this.shown.value);
    shown.delete(kind);
    this.shown.value = shown;
  }

  /** Nothing revealed stays in sight of who has the conversation no more. */
  hideAll(): void {
    if (this.shown.value.size > 0) this.shown.value = new Map();
  }

  /** The agent looks at something else. */
  leave(): void {
    clearTimeout(this.#refreshTimer);
    this.tellTyping(false);
    this.hideAll();
  }

  #setTyping(on: boolean): void {
    clearTimeout(this.#typingTimer);
    this.typing.value = on;
    if (on) this.#typingTimer = setTimeout(() => (this.typing.value = false), typingFor);
  }
}
