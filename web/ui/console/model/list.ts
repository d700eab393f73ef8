// One view of the conversations: pages from the server, and every row that
// changes put where it belongs.
import { batch, signal } from "@preact/signals-core";
import type { Api } from "./api";
import type { Page, Row, View } from "./wire";

export type Phase = "idle" | "loading" | "ready" | "failed";

const pageSize = 100;
/** How near the end of what was read somebody comes before more is read. */
const nearEnd = 30;

export class List {
  readonly rows = signal<readonly Row[]>([]);
  readonly total = signal(0);
  readonly phase = signal<Phase>("idle");
  readonly view: View;
  #query = "";
  /** What was shown before the search, for when it ends without a network. */
  #unsearched: Page | null = null;
  #next = "";
  /** The last row that somebody looked at. */
  #reach = 0;
  /** Moves with every reload, so that an answer to an older one is not taken. */
  #turn = 0;
  readonly #api: Api;
  readonly #belongs: (row: Row) => boolean;

  constructor(api: Api, view: View, belongs: (row: Row) => boolean) {
    this.#api = api;
    this.view = view;
    this.#belongs = belongs;
  }

  /** Reads anew, as far as somebody looks; what is shown stays until it is there. */
  async load(query = this.#query): Promise<void> {
    const turn = ++this.#turn;
    const anew = query !== this.#query || this.phase.value !== "ready";
    if (query && !this.#query && this.phase.value === "ready") {
      this.#unsearched = { items: [...this.rows.value], total: this.total.value, next: this.#next };
    }
    if (anew) {
      this.phase.value = "loading";
      this.#reach = 0;
    }
    this.#query = query;
    const next = this.#next;
    this.#next = ""; // nobody reads on meanwhile
    const read: Page = { items: [], total: 0 };
    try {
      do {
        const page = await this.#read(read.next ?? "");
        if (turn !== this.#turn) return;
        read.items.push(...(page.items ?? []));
        read.total = page.total ?? 0;
        read.next = page.next ?? "";
      } while (read.next && read.items.length < this.#reach);
    } catch {
      if (turn !== this.#turn) return;
      this.#next = next;
      if (!anew) return;
      if (!query && this.#unsearched) this.#fill(this.#unsearched);
      else this.phase.value = "failed";
      return;
    }
    if (!query) this.#unsearched = null;
    this.#fill(read);
  }

  #fill(read: Page): void {
    batch(() => {
      this.#show([], read);
      this.phase.value = "ready";
    });
  }

  /** Somebody looks at the rows up to this one: reads on, if it is near the end. */
  look(last: number): void {
    this.#reach = last;
    if (this.#next && last > this.rows.value.length - nearEnd) void this.#more();
  }

  async #more(): Promise<void> {
    const [turn, cursor] = [this.#turn, this.#next];
    this.#next = ""; // asked for once
    const page = await this.#read(cursor).catch(() => null);
    if (turn !== this.#turn) return;
    if (page) batch(() => this.#show(this.rows.value, page));
    else this.#next = cursor;
  }

  #read(cursor: string): Promise<Page> {
    // What is looked for may be a name: it is in no address, for proxies write those down.
    if (this.#query) return this.#api.post<Page>("conversations/search", { view: this.view, q: this.#query, cursor });
    const query = new URLSearchParams({ view: this.view, limit: String(pageSize) });
    if (cursor) query.set("cursor", cursor);
    return this.#api.get<Page>(`conversations?${query}`);
  }

  /** Puts what was read behind what there was. */
  #show(had: readonly Row[], page: Page): void {
    const rows = new Map(had.map((r) => [r.session, r]));
    for (const r of page.items ?? []) if (!rows.has(r.session)) rows.set(r.session, r);
    this.rows.value = this.#ordered([...rows.values()]);
    this.total.value = Math.max(page.total ?? 0, rows.size);
    this.#next = page.next ?? "";
  }

  /** Takes in a row that has changed: in, out, or elsewhere. */
  put(row: Row): void {
    const at = this.rows.value.findIndex((r) => r.session === row.session);
    if (!this.#belongs(row)) {
      if (at >= 0) this.drop(row.session);
      return;
    }
    if (at < 0 && this.#query) return; // whether it matches is for the server to say
    const rows = [...this.rows.value];
    if (at >= 0) rows[at] = row;
    else rows.unshift(row);
    batch(() => {
      if (at < 0) this.total.value++;
      this.rows.value = this.#ordered(rows);
    });
  }

  drop(session: string): void {
    const rows = this.rows.value.filter((r) => r.session !== session);
    if (rows.length === this.rows.value.length) return;
    batch(() => {
      this.total.value = Math.max(this.total.value - 1, rows.length);
      this.rows.value = rows;
    });
  }

  clear(): void {
    this.#turn++;
    this.#next = this.#query = "";
    this.#unsearched = null;
    this.#reach = 0;
    batch(() => {
      this.rows.value = [];
      this.total.value = 0;
      this.phase.value = "idle";
    });
  }

  /** The longest wait first in the queue, the newest word first among one's own. */
  #ordered(rows: readonly Row[]): readonly Row[] {
    if (this.view === "queue") return rows.toSorted((a, b) => time(a.since) - time(b.since));
    if (this.view === "mine") return rows.toSorted((a, b) => time(b.last?.at) - time(a.last?.at));
    return rows;
  }
}

function time(at: string | undefined): number {
  return at ? Date.parse(at) : 0;
}
