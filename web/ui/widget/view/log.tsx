import { h } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { Host } from "../host";
import { Icon } from "./icons";
import { Entry, Partial, Pending, Typing } from "./message";
import { reactive, useSignal, useSignalEffect } from "../../shared/reactive";
import { liveChoices, rows } from "./rows";
import { Skeleton, Welcome } from "./welcome";

interface Props {
  chat: Chat;
  host: Host;
  onChosen(): void;
}

/** How far from the end still counts as reading the newest message. */
const slack = 60;

export const Log = reactive(({ chat, host, onChosen }: Props) => {
  const box = useRef<HTMLDivElement>(null);
  const bottom = useSignal(true);
  /** The first message that came while nobody looked, until the visitor answers or goes. */
  const mark = useSignal(0);
  const shown = useRef({ said: 0, seq: 0 });
  const events = chat.events.value;
  const pending = chat.outbox.entries.value;
  const empty = events.length === 0 && pending.length === 0;

  function toEnd(): void {
    const el = box.current;
    if (el) el.scrollTop = el.scrollHeight;
  }

  function measure(): void {
    const el = box.current!;
    bottom.value = el.scrollHeight - el.scrollTop - el.clientHeight < slack;
  }

  // What the visitor says always comes into view; what others say does only if
  // nothing older is being read, and a long answer from its beginning.
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = { said: pending.length, seq: events.at(-1)?.seq ?? 0 };
    const said = pending.length > before.said;
    if (said) mark.value = 0;
    if (empty || (!said && !bottom.peek())) return;
    toEnd();
    const fresh = events.find((e) => e.seq > before.seq && e.from !== "visitor");
    const start = chat.news.peek().length ? mark.peek() : chat.caughtUp.peek() && fresh?.seq;
    const first = document.getElementById(String(start));
    if (first && box.current!.scrollTop - first.offsetTop > slack) box.current!.scrollTop = first.offsetTop;
    measure();
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => bottom.peek() && shown.current.seq && toEnd());
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  useSignalEffect(() => {
    const news = chat.news.value;
    const looking = host.open.value && host.visible.value && bottom.value && chat.caughtUp.value;
    if (news.length === 0) mark.value = host.open.value ? mark.peek() : 0;
    else if (looking) chat.seen();
    else mark.value = news[0]!.seq;
  });

  return (
    <main class="main">
      <div
        ref={box}
        class="log"
        role="log"
        aria-label="对话内容"
        aria-live={chat.caughtUp.value ? "polite" : "off"}
        tabIndex={0}
        onScroll={measure}
      >
        {chat.preface.value && <p class="notice">{chat.preface.value}</p>}
        {empty && (chat.returning.value && !chat.caughtUp.value ? <Skeleton /> : <Welcome chat={chat} />)}
        <Entries chat={chat} mark={mark.value} onChosen={onChosen} />
        {pending.map((out) => (
          <Pending key={out.id} out={out} chat={chat} />
        ))}
        {chat.partial.value && <Partial text={chat.partial.value} />}
        {chat.typing.value && !chat.partial.value && <Typing who={chat.typing.value} name={chat.agent.value} />}
      </div>
      {!bottom.value && (
        <button type="button" class="pill" onClick={toEnd}>
          <Icon name="down" />
          {chat.news.value.length ? `${chat.news.value.length} 条新消息` : "回到最新"}
        </button>
      )}
    </main>
  );
});

/** What the log has, apart from what comes and goes below it with every key and delta. */
const Entries = reactive(({ chat, mark, onChosen }: Pick<Props, "chat" | "onChosen"> & { mark: number }) => {
  const events = chat.events.value;
  const live = liveChoices(events, chat.owner.value);
  return rows(events).map((row) => (
    <Entry key={row.event.seq} row={row} chat={chat} live={row.event.seq === live} news={row.event.seq === mark} onChosen={onChosen} />
  ));
});
