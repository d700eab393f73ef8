import type { ChatEvent, Owner } from "../../shared/protocol";
import { dayName } from "../chat/time";

/** An event and how it stands among its neighbours. */
export interface Row {
  event: ChatEvent;
  /** The name of the day, where a day begins. */
  day: string;
  /** First and last of what one author says in one go. */
  first: boolean;
  last: boolean;
  /** Who had taken over then, as far as visitors may know. */
  agent: string;
}

const oneGo = 5 * 60_000;

export function rows(events: readonly ChatEvent[]): Row[] {
  let agent = "";
  return events.map((event, i) => {
    agent = event.data?.agent ?? agent;
    const before = events[i - 1];
    const after = events[i + 1];
    const day = dayName(event.at);
    return {
      event,
      day: before && dayName(before.at) === day ? "" : day,
      first: !before || !together(before, event),
      last: !after || !together(event, after),
      agent,
    };
  });
}

function together(a: ChatEvent, b: ChatEvent): boolean {
  return (
    a.from === b.from &&
    a.origin === b.origin &&
    a.kind !== "notice" &&
    b.kind !== "notice" &&
    Date.parse(b.at) - Date.parse(a.at) < oneGo
  );
}

/**
 * The event whose buttons can be pressed: the latest that has any, unless the
 * visitor has said something since or a person has taken over. 0: none.
 */
export function liveChoices(events: readonly ChatEvent[], owner: Owner): number {
  if (owner === "agent" || owner === "closed") return 0;
  const latest = events.findLast((e) => e.from === "visitor" || e.choices?.length);
  return latest && latest.from !== "visitor" ? latest.seq : 0;
}
