import type { ChatEvent } from "../../shared/protocol";

/**
 * Says whether a draft may be kept in sessionStorage, to survive a reload. What
 * may be a personal detail stays in memory alone: anything typed while a
 * question is open (the last word was a script's question or a person's), and
 * anything that looks like a number or an address at any time.
 */
export function mayKeep(text: string, events: readonly ChatEvent[]): boolean {
  const last = events.findLast((e) => e.from !== "visitor");
  const asked = last !== undefined && last.origin !== "knowledge" && last.origin !== "ai";
  if (asked) return false;
  const plain = text.normalize("NFKC").replace(/[\s\-–—_.()]/g, "");
  return !/\d{6}|[〇零一二三四五六七八九幺]{6}|@/.test(plain);
}
