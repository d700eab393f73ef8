// One view of the conversations: pages from the server, and every row that
// changes put where it belongs.
import { batch, signal } from "@preact/signals-core";
import type { Api } from "./api";
import type { Page, Row, View } from "./wire";

export type Phase = "idle" | "loading" | "ready" | "failed";

const pageSize = 100;

export class List {
  readonly rows = signal<readonly Row[]>([]);
  readonly total = signal(0);
  readonly phase = signal<Phase>("idle");
  readonly view: View;
  #query = "";
  #next = "";
  /** Moves with every reload, so that an answer to an older one is not taken. */
  #turn = 0;
  readonly #api: Api;
  readonly #belongs: (row: Row) => boolean;

  constructor(api: Api, view: View, belongs: (row: Row) => boolean) {
    this.#api = api;
    this.view = view;
    this.#belongs = belongs;
  }

  /** Reads the first page; what is shown stays until it is there. */
  async load(query = this.#query): Promise<void> {
    const turn = ++this.#turn;
    if (query !== this.#query || this.phase.value !== "ready") this.phase.value = "loading";
    this.#query = query;
    await this.#page("", turn, () => []);
  }

  /** Reads on, if there is more. */
  async more(): Promise<void> {
    if (!this.#next) return;
    const cursor = this.#next;
    this.#next = ""; // asked for once
    await this.#page(cursor, this.#turn, () => this.rows.value);
  }

  async #page(cursor: string, turn: number, before: () => readonly Row[]): Promise<void> {
    const query = new URLSearchParams({ view: this.view, limit: String(pageSize) });
    if (this.#query) query.set("q", this.#query);
    if (cursor) query.set("cursor", cursor);
    try {
      const page = await this.#api.get<Page>(`conversations?${query}`);
      if (turn !== this.#turn) return;
      const had = before();
      const known = new Set(had.map((r) => r.session));
      batch(() => {
        this.rows.value = this.#ordered([...had, ...(page.items ?? []).filter((r) => !known.has(r.session))]);
        this.total.value = Math.max(page.total ?? 0, this.rows.value.length);
        this.phase.value = "ready";
        this.#next = page.next ?? "";
      });
    } catch {
      if (turn !== this.#turn) return;
      if (cursor) this.#next = cursor;
      else this.phase.value = "failed";
    }
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
