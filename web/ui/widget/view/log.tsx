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
  const events = chat.events.value;
  const pending = chat.outbox.entries.value;
  const empty = events.length === 0 && pending.length === 0;

  function toEnd(): void {
    const el = box.current;
    if (el) el.scrollTop = el.scrollHeight;
  }

  // What the visitor says always comes into view; what others say does only
  // if nothing older is being read.
  useLayoutEffect(() => {
    toEnd();
  }, [pending.length]);
  useLayoutEffect(() => {
    if (bottom.peek()) toEnd();
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => bottom.peek() && toEnd());
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  useSignalEffect(() => {
    if (host.open.value && host.visible.value && bottom.value && chat.unread.value > 0) chat.seen();
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
        onScroll={(e) => {
          const el = e.currentTarget;
          bottom.value = el.scrollHeight - el.scrollTop - el.clientHeight < slack;
        }}
      >
        {chat.preface.value && <p class="notice">{chat.preface.value}</p>}
        {empty && (chat.returning.value && !chat.caughtUp.value ? <Skeleton /> : <Welcome chat={chat} />)}
        <Entries chat={chat} onChosen={onChosen} />
        {pending.map((out) => (
          <Pending key={out.id} out={out} chat={chat} />
        ))}
        {chat.partial.value && <Partial text={chat.partial.value} />}
        {chat.typing.value && !chat.partial.value && <Typing who={chat.typing.value} name={chat.agent.value} />}
      </div>
      {!bottom.value && (
        <button type="button" class="pill" onClick={toEnd}>
          <Icon name="down" />
          {chat.unread.value > 0 ? `${chat.unread.value} 条新消息` : "回到最新"}
        </button>
      )}
    </main>
  );
});

/** What the log has, apart from what comes and goes below it with every key and delta. */
const Entries = reactive(({ chat, onChosen }: Pick<Props, "chat" | "onChosen">) => {
  const events = chat.events.value;
  const live = liveChoices(events, chat.owner.value);
  return rows(events).map((row) => (
    <Entry key={row.event.seq} row={row} chat={chat} live={row.event.seq === live} onChosen={onChosen} />
  ));
});
