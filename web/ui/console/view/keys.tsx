import { h } from "preact";
import { signal } from "@preact/signals-core";
import { t, type Key } from "../lib/i18n";
import { load, save } from "../lib/prefs";
import type { Desk } from "../model/desk";
import type { View } from "../model/wire";
import { Dialog } from "./dialog";

/** Single keys are for who wants them: speech input, for one, types by accident. */
export const keysOn = signal(load("keys") !== "off");

export function setKeys(on: boolean): void {
  keysOn.value = on;
  save("keys", on ? "on" : "off");
}

/** What a key asks for; whoever shows it does it, as soon as it can. */
export type Ask = { what: "sheet" | "search" } | { what: TalkAsk; session: string };

/** What a key asks of the conversation that was open when it was pressed. */
export type TalkAsk = "take" | "transfer" | "return" | "close" | "reply" | "note";

export const asked = signal<Ask | null>(null);

const views: readonly View[] = ["queue", "mine", "all", "closed"];

const pages: Record<string, "sheet" | "search"> = { "?": "sheet", "/": "search" };
const asks: Record<string, TalkAsk> = {
  a: "take", t: "transfer", b: "return", e: "close", r: "reply", n: "note",
};

/** Listens for shortcuts, until the returned function is called. */
export function listen(desk: Desk): () => void {
  function key(e: KeyboardEvent): void {
    if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const field = e.target instanceof HTMLElement && e.target.matches("input, textarea, select");
    if (e.key === "Escape" && field) (e.target as HTMLElement).blur();
    if (field || !keysOn.value || desk.phase.value !== "ready" || document.querySelector("dialog[open]")) return;
    if (!press(desk, e.key)) return;
    e.preventDefault();
  }
  addEventListener("keydown", key);
  return () => removeEventListener("keydown", key);
}

function press(desk: Desk, key: string): boolean {
  const page = pages[key];
  if (page) {
    if (page === "search" && (!desk.may("read") || desk.page.value !== "talks")) return false;
    asked.value = { what: page };
    return true;
  }
  const what = asks[key];
  if (what) {
    const session = desk.selected.value;
    if (!session || desk.page.value !== "talks") return false;
    asked.value = { what, session };
    return true;
  }
  const view = views[Number(key) - 1];
  if (view && desk.may("read") && (view !== "all" || desk.may("reassign"))) {
    desk.show(view);
    return true;
  }
  if (key !== "j" && key !== "k") return false;
  const rows = desk.list.value.rows.value;
  const at = rows.findIndex((r) => r.session === desk.selected.value);
  const next = rows[key === "j" ? at + 1 : Math.max(0, at - 1)];
  if (next) desk.open(next.session);
  return true;
}

const sheet: readonly [keys: string, what: Key][] = [
  ["j", "keyNext"], ["k", "keyPrev"], ["1 – 4", "keyViews"], ["/", "keySearch"],
  ["a", "take"], ["r", "keyReply"], ["n", "keyNote"], ["t", "transfer"], ["b", "returnBot"], ["e", "close"],
  ["/", "keyCanned"], ["Esc", "keyEsc"], ["?", "keySheet"],
];

export function Sheet({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={t("shortcuts")} onClose={onClose}>
      <dl class="keys sheet-body">
        {sheet.map(([keys, what]) => (
          <div key={what}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
