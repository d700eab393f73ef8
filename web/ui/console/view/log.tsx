import { h, Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ChatEvent } from "../../shared/protocol";
import { reactive, useSignal } from "../../shared/reactive";
import { errorText, noticeText } from "../lib/english";
import { t } from "../lib/i18n";
import { dayName, fullTime, timeOfDay } from "../lib/time";
import type { Desk } from "../model/desk";
import type { Outgoing, Talk } from "../model/talk";
import type { Note } from "../model/wire";
import { Icon } from "./icons";

/** How far from the end still counts as reading the newest message. */
const slack = 80;
const oneGo = 5 * 60_000;

export const Log = reactive(({ desk, talk }: { desk: Desk; talk: Talk }) => {
  const box = useRef<HTMLDivElement>(null);
  const bottom = useSignal(true);
  const shown = useRef({ said: 0, seq: 0 });
  const events = talk.events.value;
  const pending = talk.outbox.value;
  const news = events.filter((e) => e.from === "visitor" && e.seq > shown.current.seq).length;

  function toEnd(): void {
    const el = box.current;
    if (el) el.scrollTop = el.scrollHeight;
  }
  // What is said comes into view, not what only moves from there into the log.
  useLayoutEffect(() => {
    if (pending.length > shown.current.said || bottom.peek()) toEnd();
    shown.current = { said: pending.length, seq: bottom.peek() ? talk.last : shown.current.seq };
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => bottom.peek() && toEnd());
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  /** What was above stays where it was. */
  async function older(): Promise<void> {
    const el = box.current!;
    const fromEnd = el.scrollHeight - el.scrollTop;
    await talk.readOlder();
    requestAnimationFrame(() => (el.scrollTop = el.scrollHeight - fromEnd));
  }

  return (
    <div class="log-box">
      <div
        ref={box}
        class="log"
        role="log"
        aria-label={t("log")}
        aria-live={talk.phase.value === "ready" ? "polite" : "off"}
        tabIndex={0}
        onScroll={(e) => {
          const el = e.currentTarget;
          bottom.value = el.scrollHeight - el.scrollTop - el.clientHeight < slack;
        }}
      >
        {talk.phase.value === "loading" && events.length === 0 && (
          <div class="bones" role="status">
            <span class="sr">{t("loading")}</span>
            <i />
            <i />
            <i />
          </div>
        )}
        {talk.older.value && (
          <button type="button" class="button small older" onClick={() => void older()}>
            {t("older")}
          </button>
        )}
        {merge(events, talk.packet.value?.notes ?? []).map((item) =>
          "event" in item ? <Entry key={item.event.seq} item={item} /> : <NoteCard key={item.note.id} note={item.note} />,
        )}
        {pending.map((out) => (
          <Pending key={out.id} desk={desk} talk={talk} out={out} />
        ))}
        {talk.typing.value && <p class="typing">{t("typing")}</p>}
      </div>
      {!bottom.value && (
        <button type="button" class="pill" onClick={toEnd}>
          <Icon name="down" />
          {news ? t("newBelow", { n: news }) : t("latest")}
        </button>
      )}
    </div>
  );
});

interface Said {
  event: ChatEvent;
  day: string;
  /** Who had taken over then. */
  agent: string;
  first: boolean;
  last: boolean;
}

/** The log in its order, the notes where they were written. */
function merge(events: readonly ChatEvent[], notes: readonly Note[]): (Said | { note: Note })[] {
  const items: (Said | { note: Note })[] = [];
  let agent = "";
  const left = notes.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  events.forEach((event, i) => {
    const before = events[i - 1];
    const after = events[i + 1];
    while (before && left[0] && Date.parse(left[0].at) < Date.parse(event.at)) items.push({ note: left.shift()! });
    const day = dayName(event.at);
    agent = event.data?.agent ?? agent;
    items.push({
      event,
      agent,
      day: before && dayName(before.at) === day ? "" : day,
      first: !before || !together(before, event),
      last: !after || !together(event, after),
    });
  });
  return [...items, ...left.map((note) => ({ note }))];
}

function together(a: ChatEvent, b: ChatEvent): boolean {
  const same = a.from === b.from && a.origin === b.origin && a.kind !== "notice" && b.kind !== "notice";
  return same && Date.parse(b.at) - Date.parse(a.at) < oneGo;
}

function Entry({ item: { event, day, agent, first, last } }: { item: Said }) {
  return (
    <>
      {day && (
        <p class="day">
          <time dateTime={event.at}>{day}</time>
        </p>
      )}
      {event.kind === "notice" || event.from === "system" ? <Notice event={event} /> : <Bubble event={event} agent={agent} first={first} last={last} />}
    </>
  );
}

function Notice({ event }: { event: ChatEvent }) {
  const text = noticeText(event); // in English; the visitor's own under the pointer
  const decision = event.code === "application.decided" ? ` decision ${event.data?.decision ?? "manual_review"}` : "";
  const end = decision ? text.search(/\n|$/) : 0; // of the title, which only a decision has
  return (
    <p class={`notice${decision}`} title={text === event.text ? undefined : event.text}>
      {decision && <strong>{text.slice(0, end)}</strong>}
      {text.slice(end)} <time dateTime={event.at}>{timeOfDay(event.at)}</time>
    </p>
  );
}

interface BubbleProps {
  event: ChatEvent;
  agent: string;
  first: boolean;
  last: boolean;
}

function Bubble({ event, agent, first, last }: BubbleProps) {
  const ai = event.origin === "ai";
  const who = event.from === "visitor" ? t("visitor") : event.from === "agent" ? agent || t("agent") : t("bot");
  return (
    <div class={`msg ${event.from}${ai ? " ai" : ""}${first ? " first" : ""}`}>
      <p class={first ? "author" : "sr"}>
        {event.from !== "visitor" && <Icon name={event.from === "agent" ? "agent" : ai ? "bolt" : "bot"} />}
        {who}
        {ai && <span class="chip">{t("ai")}</span>}
      </p>
      <p class="text">{event.text}</p>
      {event.choices && (
        <p class="offered">
          {event.choices.map((c) => (
            <span key={c.value} class="chip plain">
              {c.label}
            </span>
          ))}
        </p>
      )}
      {last && (
        <p class="meta">
          <time dateTime={event.at} title={fullTime(event.at)}>
            {timeOfDay(event.at)}
          </time>
        </p>
      )}
    </div>
  );
}

/** A word among colleagues, in the log where it was written. */
function NoteCard({ note }: { note: Note }) {
  return (
    <aside class="note-card" aria-label={t("note")}>
      <p class="author">
        <Icon name="lock" />
        {note.by.name || note.by.id}
        <span class="hidden-from">{t("noteHidden")}</span>
        <time dateTime={note.at} title={fullTime(note.at)}>
          {timeOfDay(note.at)}
        </time>
      </p>
      <p class="text">{note.text}</p>
    </aside>
  );
}

interface PendingProps {
  desk: Desk;
  talk: Talk;
  out: Outgoing;
}

function Pending({ desk, talk, out }: PendingProps) {
  function takeBack(): void {
    talk.takeBack(out.id);
    desk.draft(talk.session, [out.text, desk.drafts.peek().get(talk.session)].filter(Boolean).join("\n"));
  }
  return (
    <div class="msg agent first">
      <p class="sr">{t("you")}</p>
      <p class={`text ${out.state}`}>{out.text}</p>
      {out.state !== "failed" ? (
        <p class="meta">{t(out.state)}</p>
      ) : (
        <p class="meta problem" role="alert">
          <Icon name="alert" />
          <span title={out.refusal?.message}>{out.refusal ? errorText(out.refusal) : t("notSent")}</span>
          {!out.refusal && (
            <button type="button" class="link" onClick={() => talk.retry(out.id)}>
              {t("resend")}
            </button>
          )}
          <button type="button" class="link" onClick={takeBack}>
            {t("takeBack")}
          </button>
        </p>
      )}
    </div>
  );
}
