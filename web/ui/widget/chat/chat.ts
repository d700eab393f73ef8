// The state of the conversation and everything that changes it. Views read the
// signals and call the methods; nothing else writes.
import { batch, computed, signal } from "@preact/signals-core";
import { maxText, type ChatEvent, type Owner, type QueueFrame, type ServerFrame, type Welcome } from "../../shared/protocol";
import { saveFile } from "../../shared/file";
import { createSession, getConfig, getTranscript, type Config } from "./api";
import { Connection, type Link } from "./connection";
import { mayKeep } from "./draft";
import { Outbox } from "./outbox";
import { loadDraft, loadTicket, saveDraft, saveRead, saveTicket, watchStorage } from "./storage";

/** A token that would soon expire is exchanged for a fresh one. */
const renewBelow = 7 * 86_400_000;
const typingFor = 12_000;
const typingEvery = 3_000;
/** An answer that takes longer is waited for in plain sight. */
const patience = 500;

/** Who answers after a notice. */
const owners: Record<string, Owner> = {
  "handoff.waiting": "waiting",
  "handoff.transferred": "waiting",
  "handoff.released": "waiting",
  "handoff.offline": "waiting",
  "handoff.taken": "agent",
  "handoff.left": "bot",
  "handoff.returned": "bot",
  "handoff.closed": "bot",
};

/** What is said in the log without being an event of it. */
const words = {
  renewed: "上次的会话已过期，已为您开始新的会话。",
  noFile: "聊天记录下载失败，请稍后再试。",
  file: "聊天记录.txt",
  kept: "之前没有发出的内容已放回输入框，请确认后再发送。",
};

export class Chat {
  readonly config = signal<Config | null>(null);
  readonly link = signal<Link>("idle");
  readonly attempt = signal(0);
  readonly events = signal<readonly ChatEvent[]>([]);
  readonly owner = signal<Owner>("bot");
  readonly agent = signal("");
  readonly queue = signal<QueueFrame | null>(null);
  /** Nobody is there: what the visitor leaves is answered later. */
  readonly offline = signal(false);
  /** The visitor waits for a person to come. */
  readonly waits = computed(() => this.owner.value === "waiting" && !this.offline.value);
  /** Who is typing, or null. */
  readonly typing = signal<"bot" | "agent" | null>(null);
  /** What an AI has written so far of a reply not yet in the log. */
  readonly partial = signal("");
  /** A passing word above the composer. */
  readonly toast = signal("");
  /** A word at the top of a session that took another's place. */
  readonly preface = signal("");
  readonly draft = signal(loadDraft());
  /** The log is as far as the server's was when it welcomed us. */
  readonly caughtUp = signal(false);
  readonly returning = signal(loadTicket() !== null);
  readonly read = signal(0);
  /** What the visitor has not seen yet. */
  readonly news = computed(() => this.events.value.filter((e) => e.from !== "visitor" && e.seq > this.read.value));
  /** Nothing more can be said in this session. */
  readonly over = computed(() => this.link.value === "ended" || this.link.value === "broken");
  readonly outbox = new Outbox({
    send: (frame) => this.#connection.send(frame),
    stuck: () => this.#connection.drop(),
  });
  /** Called with each event that is new, not replayed. */
  onMessage: (e: ChatEvent) => void = () => {};

  /** The session that the log is of. */
  #session = "";
  /** The message that an AI is answering, and the last one whose answer is done with. */
  #answering = "";
  #answered = "";
  #target = 0;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  #typedAt = 0;
  readonly #connection = new Connection({
    token: () => this.#token(),
    after: () => this.#last,
    link: (link, attempt) => this.#linked(link, attempt),
    frame: (frame) => this.#receive(frame),
    refused: () => this.#renew(),
    rewound: () => this.#forget(),
  });

  constructor() {
    watchStorage({
      ticket: () => this.#follow(),
      read: (seq) => (this.read.value = Math.max(this.read.value, seq)),
    });
  }

  /** Fetches the configuration, and goes on with a session that exists already. */
  async begin(): Promise<void> {
    if (loadTicket()) this.connect();
    await this.#configure().catch(() => undefined);
  }

  connect(): void {
    this.#connection.start();
  }

  retry(): void {
    this.#connection.retry();
    this.#connection.start();
  }

  send(text: string): void {
    const trimmed = text.trim();
    if (!trimmed || [...trimmed].length > maxText) return;
    this.connect();
    this.#tellTyping(false);
    this.outbox.add(trimmed);
  }

  choose(value: string, label: string, seq: number): void {
    this.outbox.add(label, { value, seq });
  }

  setDraft(text: string): void {
    this.draft.value = text;
    // Before the log has been read nobody knows what is being asked.
    saveDraft(this.caughtUp.value && mayKeep(text, this.events.value) ? text : "");
    // The bot has no use for it: only a person sees that somebody is typing.
    if (this.owner.value !== "bot") this.#tellTyping(text !== "");
  }

  /** Gives the visitor the conversation to keep, as a file. */
  async download(): Promise<void> {
    const ticket = loadTicket();
    if (!ticket) return;
    try {
      saveFile(await getTranscript(ticket.token), words.file);
    } catch {
      this.#say(words.noFile);
    }
  }

  /** The visitor has seen everything there is. */
  seen(): void {
    if (this.#last <= this.read.value) return;
    this.read.value = this.#last;
    saveRead(this.#last);
    this.#connection.send({ type: "read", seq: this.#last });
  }

  /** Forgets the session on this device; a new one begins when it is needed. */
  reset(): void {
    saveTicket(null);
    this.#forget();
    this.outbox.clear();
    this.setDraft("");
    this.#connection.stop();
  }

  get #last(): number {
    return this.events.value.at(-1)?.seq ?? 0;
  }

  async #configure(): Promise<void> {
    this.config.value ??= await getConfig();
  }

  async #token(): Promise<string> {
    await this.#configure();
    const had = loadTicket();
    const left = had ? Date.parse(had.expires_at) - Date.now() : 0;
    if (had && left > renewBelow) return had.token;
    if (had && left <= 0) this.#renew();
    const made = await createSession(left > 0 ? had?.token : "");
    // Another tab may have been quicker: then its session is ours, too.
    const other = loadTicket();
    if (other && other.token !== had?.token) return other.token;
    saveTicket(made);
    return made.token;
  }

  /** The session is over for the server. */
  #renew(): void {
    saveTicket(null);
    this.#leave();
    this.preface.value = words.renewed;
  }

  /** Forgets a session. What was not sent goes back to the visitor, not to the next session unasked. */
  #leave(): void {
    const unsent = this.outbox.clear();
    this.#forget();
    if (unsent.length === 0) return;
    this.draft.value = [...unsent, this.draft.value].filter(Boolean).join("\n");
    this.#say(words.kept);
  }

  /** Another tab has another session: go over to it. */
  #follow(): void {
    const ticket = loadTicket();
    if (ticket?.session === this.#session) return;
    this.#connection.stop();
    this.#leave();
    if (ticket) this.connect();
  }

  #forget(): void {
    batch(() => {
      this.#session = "";
      this.events.value = [];
      this.read.value = 0;
      this.owner.value = "bot";
      this.agent.value = "";
      this.offline.value = false;
      this.preface.value = "";
      this.#quiet();
      this.caughtUp.value = false;
      this.returning.value = false;
    });
  }

  #linked(link: Link, attempt: number): void {
    batch(() => {
      this.link.value = link;
      this.attempt.value = attempt;
      if (link === "online") return;
      this.#quiet();
      this.outbox.interrupt();
    });
  }

  /** An AI goes on with an answer, unless that was replaced by what the log has. */
  #write(replyTo: string, text: string): void {
    if (replyTo === this.#answered) return;
    if (replyTo !== this.#answering) this.partial.value = "";
    this.#answering = replyTo;
    this.partial.value += text;
    this.#setTyping("bot");
  }

  /** What was shown of an answer is void, and what may still come of it. */
  #settle(): void {
    this.#setTyping(null);
    this.#answered = this.#answering;
    this.partial.value = "";
  }

  /** Nobody is writing, as far as we know. */
  #quiet(): void {
    this.#settle();
    this.queue.value = null;
  }

  #receive(frame: ServerFrame): void {
    batch(() => {
      switch (frame.type) {
        case "welcome":
          this.#welcomed(frame);
          break;
        case "event":
          this.#append(frame);
          break;
        case "ack":
          this.outbox.acked(frame.id);
          break;
        case "error":
          if (frame.id) this.outbox.refused(frame.id, frame.message, frame.retry_after_ms ?? 0);
          // Before the welcome it is about the token, which is replaced without a word.
          else if (this.#connection.open) this.#say(frame.message);
          break;
        case "typing":
          if (frame.from === "bot" || frame.from === "agent") this.#setTyping(frame.on ? frame.from : null);
          break;
        case "delta":
          this.#write(frame.reply_to, frame.text);
          break;
        case "queue":
          this.queue.value = frame;
          break;
      }
    });
  }

  #welcomed(frame: Welcome): void {
    // A log shorter than ours is another one: read it from its beginning.
    if (frame.seq < this.#last) {
      this.#forget();
      this.#connection.drop();
      return;
    }
    this.#session = frame.session;
    this.owner.value = frame.owner;
    this.read.value = Math.max(this.read.value, frame.read ?? 0);
    this.#target = frame.seq;
    this.caughtUp.value = this.#last >= this.#target;
    this.outbox.flush();
  }

  #append(e: ChatEvent): void {
    if (e.seq <= this.#last) return;
    if (e.seq > this.#last + 1) {
      this.#connection.drop(); // the next hello asks for what is missing
      return;
    }
    const live = this.caughtUp.value;
    this.events.value = [...this.events.value, e];
    if (e.id) this.outbox.echoed(e.id);
    if (e.from !== "visitor") this.#settle();
    else if (this.owner.value === "bot" && Date.now() - Date.parse(e.at) < typingFor) this.#expect();
    if (e.code) this.#handed(e, live);
    if (e.seq >= this.#target) this.caughtUp.value = true;
    if (live) this.onMessage(e);
  }

  /** Follows a handoff. What is replayed is past: the welcome has said who answers now. */
  #handed({ code = "", data }: ChatEvent, live: boolean): void {
    const owner = owners[code];
    if (!owner) return;
    this.offline.value = code === "handoff.offline";
    this.agent.value = owner === "agent" ? (data?.agent ?? "") : "";
    if (!live) return;
    this.owner.value = owner;
    if (owner !== "waiting" || this.offline.value) this.queue.value = null;
  }

  #setTyping(who: "bot" | "agent" | null): void {
    clearTimeout(this.#typingTimer);
    this.typing.value = who;
    // Whoever said so may be gone without having said that it ended, or what it wrote.
    if (who) this.#typingTimer = setTimeout(() => this.#settle(), typingFor);
  }

  /** The bot was asked something, here or on another tab. What it writes may be shown on that one only. */
  #expect(): void {
    if (this.typing.value) return;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#setTyping("bot"), patience);
  }

  #tellTyping(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#typedAt < typingEvery : this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    this.#connection.send({ type: "typing", on });
  }

  #say(text: string): void {
    clearTimeout(this.#toastTimer);
    this.toast.value = text;
    this.#toastTimer = setTimeout(() => (this.toast.value = ""), 6_000);
  }
}
