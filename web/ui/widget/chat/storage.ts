// What the frame keeps in the browser: the session's ticket and how far it was
// read (shared by tabs), and at times a draft (this tab only). Where a browser
// forbids storage the widget works without, until the page goes.
import type { Ticket } from "./api";

const ticketKey = "fenfu.session";
const readKey = "fenfu.read";
const draftKey = "fenfu.draft";

export function loadTicket(): Ticket | null {
  try {
    const ticket = JSON.parse(localStorage.getItem(ticketKey) ?? "null") as Ticket | null;
    return typeof ticket?.token === "string" ? ticket : null;
  } catch {
    return null;
  }
}

export function saveTicket(ticket: Ticket | null): void {
  quietly(() => {
    localStorage.removeItem(readKey);
    if (ticket) localStorage.setItem(ticketKey, JSON.stringify(ticket));
    else localStorage.removeItem(ticketKey);
  });
}

export function saveRead(seq: number): void {
  quietly(() => localStorage.setItem(readKey, String(seq)));
}

export function loadDraft(): string {
  return quietly(() => sessionStorage.getItem(draftKey)) ?? "";
}

export function saveDraft(text: string): void {
  quietly(() => (text ? sessionStorage.setItem(draftKey, text) : sessionStorage.removeItem(draftKey)));
}

interface Changes {
  ticket(): void;
  read(seq: number): void;
}

/** Hears what other tabs change. */
export function watchStorage(changes: Changes): void {
  addEventListener("storage", (e) => {
    // A null key: everything was cleared.
    if (e.key === ticketKey || e.key === null) changes.ticket();
    if (e.key === readKey && e.newValue) changes.read(Number(e.newValue));
  });
}

function quietly<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
