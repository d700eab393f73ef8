// The state of the console and everything that changes it. Views read the
// signals and call the methods; nothing else writes.
import { batch, computed, signal } from "@preact/signals-core";
import { errorText } from "../lib/english";
import { t } from "../lib/i18n";
import { Api, ApiError, newID } from "./api";
import { List } from "./list";
import { Feed, type Link } from "./socket";
import { Talk } from "./talk";
import type { AgentState, Canned, DeskFrame, DeskState, Me, Permission, Presence, Row, View } from "./wire";

export type Page = "talks" | "overview" | "audit" | "accounts";

/** Something the agent may want to hear: who waits, who is theirs now, who has written. */
export type Alert = "queue" | "given" | "message";

/** Whoever waits longer was not assigned at once, in ms. */
const assignedWithin = 1_000;

export class Desk {
  readonly api = new Api();
  readonly phase = signal<"starting" | "signin" | "ready" | "failed">("starting");
  readonly expired = signal(false);
  readonly me = signal<Me | null>(null);
  readonly link = signal<Link>("connecting");
  readonly page = signal<Page>("talks");
  readonly view = signal<View>("queue");
  readonly query = signal("");
  readonly waiting = signal(0);
  readonly selected = signal<string | null>(null);
  readonly talk = signal<Talk | null>(null);
  readonly agents = signal<readonly AgentState[]>([]);
  readonly desks = signal<readonly DeskState[]>([]);
  readonly canned = signal<readonly Canned[]>([]);
  readonly drafts = signal<ReadonlyMap<string, string>>(new Map());
  readonly toast = signal("");
  /** What the toast is in the server's own words. */
  said = "";
  /** On a narrow screen, whether the visitor's panel covers the conversation. */
  readonly panel = signal(false);
  readonly settings = signal(false);
  readonly lists: Record<View, List>;
  readonly list = computed(() => this.lists[this.view.value]);
  /** The newest row of every conversation that is known. */
  readonly row = computed(() => {
    const id = this.selected.value;
    return id ? (this.#rows.value.get(id) ?? this.talk.value?.packet.value?.row ?? null) : null;
  });
  onAlert: (what: Alert) => void = () => {};

  readonly #rows = signal<ReadonlyMap<string, Row>>(new Map());
  readonly #seen = new Map<string, string>();
  readonly #feed = new Feed({
    link: (link) => (this.link.value = link),
    frame: (frame) => batch(() => this.#receive(frame)),
    refused: () => this.#expire(),
  });
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  #lastMe = "";

  constructor() {
    const mine = (r: Row) => r.owner === "agent" && r.agent === this.me.value?.id;
    const list = (view: View, belongs: (r: Row) => boolean) => new List(this.api, view, belongs);
    this.lists = {
      queue: list("queue", (r) => r.owner === "waiting"),
      mine: list("mine", mine),
      all: list("all", (r) => r.owner === "agent"),
      closed: list("closed", (r) => r.owner === "bot" || r.owner === "closed"),
    };
    this.api.onExpired = () => this.#expire();
  }

  may(what: Permission): boolean {
    return this.me.value?.permissions.includes(what) ?? false;
  }

  /** Whether the agent has the open conversation. */
  mine(row: Row | null): boolean {
    return row?.owner === "agent" && row.agent === this.me.value?.id;
  }

  /** How many want something of the agent: those who wait, and own visitors who have written. */
  readonly wanted = computed(() => this.waiting.value + this.lists.mine.rows.value.filter((r) => this.unread(r)).length);

  /** Whether the visitor has said something that nobody here has looked at. */
  unread(row: Row): boolean {
    return row.unread === true && this.mine(row) && this.#seen.get(row.session) !== row.last?.at;
  }

  async begin(): Promise<void> {
    this.phase.value = "starting";
    const came = new URLSearchParams(location.search).has("signed-in"); // at the identity provider
    if (came) history.replaceState(null, "", location.pathname + location.hash);
    try {
      this.#enter(await this.api.get<Me>("me"));
      if (came) this.#arrive();
    } catch (err) {
      this.phase.value = err instanceof ApiError && err.status === 401 ? "signin" : "failed";
      this.expired.value = false; // nobody was signed in
    }
  }

  /** Signs in; false if a one-time code is asked for as well. */
  async signIn(account: string, password: string, code: string): Promise<boolean> {
    const got = await this.api.post<{ me?: Me; needs_code?: boolean }>("login", { account, password, ...(code && { code }) });
    if (!got.me) return false;
    this.#enter(got.me);
    this.#arrive();
    return true;
  }

  /** Whoever signs in comes to work; who only loads the page again stays as they were. */
  #arrive(): void {
    if (this.me.value?.role === "agent") void this.setPresence("online");
  }

  /** Goes on where it was, if somebody has signed in again in another window. */
  async resume(): Promise<void> {
    if (this.phase.value !== "signin" || !this.expired.value) return;
    const me = await this.api.get<Me>("me").catch(() => null);
    if (me && this.phase.value === "signin") this.#enter(me);
  }

  async signOut(): Promise<void> {
    await this.api.post("logout").catch(() => undefined);
    batch(() => {
      this.#leave();
      this.#forget();
      this.expired.value = false;
    });
  }

  #enter(me: Me): void {
    batch(() => {
      if (this.#lastMe !== me.id) this.#forget(); // drafts are the one's who wrote them
      this.#lastMe = me.id;
      this.me.value = me;
      this.expired.value = false;
      this.phase.value = "ready";
      if (!this.may("read")) this.page.value = this.may("overview") ? "overview" : "audit";
    });
    if (this.may("read")) this.#feed.start();
  }

  #expire(): void {
    if (this.phase.value !== "ready") return;
    batch(() => {
      this.#leave();
      this.expired.value = true;
    });
  }

  #leave(): void {
    this.#feed.stop();
    this.talk.value?.leave();
    this.phase.value = "signin";
    this.settings.value = false;
    this.me.value = null;
  }

  #forget(): void {
    for (const list of Object.values(this.lists)) list.clear();
    this.#rows.value = new Map();
    this.#seen.clear();
    this.drafts.value = new Map();
    this.selected.value = null;
    this.talk.value = null;
    this.page.value = "talks";
    this.view.value = "queue";
    this.query.value = "";
  }

  retry(): void {
    this.#feed.retry();
  }

  /** After every hello: what happened meanwhile was not heard. */
  #catchUp(): void {
    void this.lists.queue.load();
    void this.lists.mine.load();
    if (this.view.value === "all" || this.view.value === "closed") void this.list.value.load(this.query.value);
    void this.reference();
    const talk = this.talk.value;
    if (!talk) return;
    void talk.load().then(() => this.#watch(talk));
    talk.retryAll();
  }

  /** What commands are made of: colleagues, desks, canned replies. */
  async reference(): Promise<void> {
    const quietly = <T>(path: string) => this.api.get<{ items: T[] }>(path).then((got) => got.items, () => null);
    const [agents, desks, canned] = await Promise.all([
      quietly<AgentState>("agents"),
      quietly<DeskState>("desks"),
      this.may("canned") ? quietly<Canned>("canned") : [],
    ]);
    batch(() => {
      if (agents) this.agents.value = agents;
      if (desks) this.desks.value = desks;
      if (canned) this.canned.value = canned;
    });
  }

  show(view: View): void {
    batch(() => {
      this.page.value = "talks";
      this.view.value = view;
    });
    void this.list.value.load(this.query.value);
  }

  search(query: string): void {
    this.query.value = query;
    void this.list.value.load(query);
  }

  open(session: string): void {
    if (this.selected.value === session && this.talk.value) {
      void this.talk.value.refresh();
      return;
    }
    const before = this.talk.value;
    if (before) {
      before.leave();
      this.#feed.send({ type: "unwatch", session: before.session });
    }
    const talk = new Talk(this.api, session);
    const row = this.#known(session);
    batch(() => {
      if (row) this.#rows.value = new Map(this.#rows.value).set(session, row);
      this.page.value = "talks";
      this.panel.value = false;
      this.selected.value = session;
      this.talk.value = talk;
    });
    void talk.load().then(() => this.#watch(talk));
  }

  close(): void {
    const talk = this.talk.value;
    if (talk) {
      talk.leave();
      this.#feed.send({ type: "unwatch", session: talk.session });
    }
    this.selected.value = null;
    this.talk.value = null;
  }

  #watch(talk: Talk): void {
    if (this.talk.value !== talk) return;
    this.#feed.send({ type: "watch", session: talk.session, after: talk.last });
    const row = talk.packet.value?.row;
    if (row) this.#put(row);
    this.seen();
  }

  go(page: Page): void {
    this.page.value = page;
    this.seen();
  }

  /** Whether the agent has the open conversation before its eyes. */
  #looks(): boolean {
    return document.hasFocus() && this.page.value === "talks";
  }

  /** The agent may have the open conversation before its eyes again. */
  seen(): void {
    const row = this.row.value;
    if (!row?.last || !this.#looks()) return;
    if (this.#seen.get(row.session) === row.last.at) return;
    this.#seen.set(row.session, row.last.at);
    for (const list of Object.values(this.lists)) list.rows.value = [...list.rows.value];
  }

  draft(session: string, text: string): void {
    const drafts = new Map(this.drafts.value);
    if (text) drafts.set(session, text);
    else drafts.delete(session);
    this.drafts.value = drafts;
  }

  async setPresence(state: Presence): Promise<void> {
    const me = this.me.value;
    if (!me) return;
    const before = me.presence;
    this.me.value = { ...me, presence: state };
    await this.attempt(async () => {
      try {
        await this.api.post("presence", { state });
      } catch (err) {
        if (this.me.value) this.me.value = { ...this.me.value, presence: before };
        throw err;
      }
    });
  }

  async take(session: string): Promise<boolean> {
    return this.attempt(async () => {
      await this.api.post(`conversations/${encodeURIComponent(session)}/take`, { id: newID() });
      this.view.value = "mine";
      void this.lists.mine.load();
      this.open(session);
    });
  }

  /** Does something, and says so if it failed; true if it did not. */
  async attempt(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (err) {
      if (!(err instanceof ApiError)) throw err;
      if (err.status !== 401) this.say(errorText(err), err.message);
      return false;
    }
  }

  say(text: string, original = text): void {
    clearTimeout(this.#toastTimer);
    this.said = original;
    this.toast.value = text;
    this.#toastTimer = setTimeout(() => (this.toast.value = ""), 6_000);
  }

  #receive(frame: DeskFrame): void {
    switch (frame.type) {
      case "hello":
        this.me.value = frame.me ?? this.me.value;
        this.#catchUp();
        break;
      case "event":
      case "typing":
        if (frame.session === this.selected.value) this.talk.value?.receive(frame);
        break;
      case "row":
        this.#changed(frame.row);
        break;
      case "gone":
        this.#gone(frame.session);
        break;
      case "queue":
        this.waiting.value = frame.waiting;
        break;
      case "presence":
        this.#present(frame.agent);
        break;
    }
  }

  #changed(row: Row): void {
    const before = this.#known(row.session);
    this.#put(row);
    const open = row.session === this.selected.value;
    if (open) {
      // What is over moves when it is rated, or a word is said on it.
      if (!before || row.owner === "bot" || before.owner !== row.owner || before.agent !== row.agent || String(before.tags) !== String(row.tags) || before.decision !== row.decision) {
        this.talk.value?.refreshSoon();
      }
      if (this.#looks()) this.#seen.set(row.session, row.last?.at ?? "");
    }
    this.#tell(row, before);
  }

  /** Tells the agent what is new in a row. */
  #tell(row: Row, before: Row | undefined): void {
    const { queue, mine } = this.lists;
    if (queue.phase.value !== "ready" || mine.phase.value !== "ready") return; // what there was before is no news
    if (row.owner === "waiting") {
      if (before?.owner === "waiting") return;
      setTimeout(() => this.#known(row.session)?.owner === "waiting" && this.#call("queue"), assignedWithin);
    } else if (this.mine(row)) {
      if (!this.mine(before ?? null)) this.#call("given");
      else if (row.last?.from === "visitor" && row.last.at !== before?.last?.at) this.#call("message");
    }
  }

  /** Calls an agent who looks elsewhere; not one who is away. */
  #call(what: Alert): void {
    if (!document.hasFocus() && this.may("read") && this.me.value?.presence !== "away") this.onAlert(what);
  }

  /** What is known of a conversation, from the feed or from a list. */
  #known(session: string): Row | undefined {
    const rows = [...Object.values(this.lists)].flatMap((list) => list.rows.value.find((r) => r.session === session) ?? []);
    return this.#rows.value.get(session) ?? rows[0];
  }

  #put(row: Row): void {
    if (row.session === this.selected.value && !this.mine(row)) this.talk.value?.hideAll();
    this.#rows.value = new Map(this.#rows.value).set(row.session, row);
    for (const list of Object.values(this.lists)) if (list.phase.value === "ready") list.put(row);
  }

  /** The agent does not reach it any more. */
  #gone(session: string): void {
    for (const list of Object.values(this.lists)) list.drop(session);
    const rows = new Map(this.#rows.value);
    rows.delete(session);
    this.#rows.value = rows;
    if (session !== this.selected.value) return;
    this.close();
    this.say(t("gone"));
  }

  #present(agent: AgentState): void {
    const others = this.agents.value.filter((a) => a.id !== agent.id);
    this.agents.value = [...others, agent].sort((a, b) => a.name.localeCompare(b.name, "zh-CN"));
    const me = this.me.value;
    if (me?.id === agent.id) this.me.value = { ...me, presence: agent.presence };
  }
}
