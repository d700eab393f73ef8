import { h } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Canned } from "../model/wire";

/** As many as fit above the composer. */
const most = 6;

/** The replies that hold every word asked for, in title or text. */
export function matching(all: readonly Canned[], query: string): Canned[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (c: Canned) => words.every((w) => `${c.id} ${c.title} ${c.text}`.toLowerCase().includes(w));
  return all.filter(fits).slice(0, most);
}

/** Fills the {places} of a reply; one that nobody knows stays for the agent to fill. */
export function fill(text: string, desk: Desk): string {
  const row = desk.row.value;
  const places: Record<string, string | undefined> = {
    name: desk.me.value?.name,
    visitor: row?.name || undefined,
    desk: desk.desks.value.find((d) => d.id === row?.desk)?.name,
    step: desk.talk.value?.packet.value?.step,
  };
  return text.replace(/\{(\w+)\}/g, (all, place: string) => places[place] ?? all);
}

interface Props {
  desk: Desk;
  replies: readonly Canned[];
  picked: number;
  onPick(index: number): void;
}

export function CannedReplies({ desk, replies, picked, onPick }: Props) {
  useEffect(() => document.getElementById(`canned-${picked}`)?.scrollIntoView({ block: "nearest" }), [picked]);
  if (replies.length === 0) {
    return (
      <p class="canned none" id="canned" role="status">
        {t("noCanned")}
      </p>
    );
  }
  return (
    <ul class="canned" id="canned" role="listbox" aria-label={t("canned")}>
      {replies.map((c, i) => (
        <li
          key={c.id}
          id={`canned-${i}`}
          role="option"
          aria-selected={i === picked}
          // The composer keeps the focus.
          onMouseDown={(e) => e.preventDefault()}
          onClick={() => onPick(i)}
        >
          <strong>{c.title}</strong>
          <span>{fill(c.text, desk)}</span>
        </li>
      ))}
    </ul>
  );
}
