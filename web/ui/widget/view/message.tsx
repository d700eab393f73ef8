import { h, Fragment } from "preact";
import type { ComponentChildren } from "preact";
import type { ChatEvent, Choice, Origin } from "../../shared/protocol";
import type { Chat } from "../chat/chat";
import type { Outgoing } from "../chat/outbox";
import { Decision, Lines, Submitted, Time } from "./card";
import { Icon, type IconName } from "./icons";
import { reactive } from "../../shared/reactive";
import type { Row } from "./rows";

/** A notice that is longer reads better from a straight edge. */
const oneLine = 40;

interface EntryProps {
  row: Row;
  chat: Chat;
  live: boolean;
  /** What nobody has looked at yet begins here. */
  news: boolean;
  onChosen(): void;
}

/** One event of the log, with the day before it where one begins. */
export function Entry({ row, chat, live, news, onChosen }: EntryProps) {
  const { event, day } = row;
  return (
    <>
      <i id={String(event.seq)} />
      {day && (
        <p class="day">
          <time dateTime={event.at}>{day}</time>
        </p>
      )}
      {news && <p class="day news">以下是新消息</p>}
      <Body row={row} live={live} />
      {live && event.choices && <Choices chat={chat} event={event} choices={event.choices} onChosen={onChosen} />}
    </>
  );
}

function Body({ row, live }: { row: Row; live: boolean }) {
  const { event } = row;
  if (event.kind === "notice" || event.from === "system") {
    if (event.code === "application.decided") return <Decision event={event} />;
    if (event.code === "application.submitted") return <Submitted event={event} />;
    return (
      <div class={event.text.length > oneLine ? "notice long" : "notice"}>
        <Lines text={event.text} />
      </div>
    );
  }
  return (
    <Bubble who={event.from} first={row.first} origin={event.origin} name={row.agent}>
      {event.from === "visitor" ? <p class="text">{event.text}</p> : <Lines text={event.text} />}
      {row.last && !live && <Time at={event.at} />}
    </Bubble>
  );
}

interface BubbleProps {
  who: "visitor" | "bot" | "agent";
  first: boolean;
  origin?: Origin | undefined;
  name?: string | undefined;
  children: ComponentChildren;
}

function Bubble({ who, first, origin, name, children }: BubbleProps) {
  const author = authorOf(who, origin, name);
  return (
    <div class={`msg ${who}${first ? " first" : ""}`}>
      {who !== "visitor" && (
        <span class="avatar" aria-hidden="true">
          {first && <Icon name={author.icon} />}
        </span>
      )}
      <div class="said">
        <p class={first && who !== "visitor" ? "author" : "sr"}>
          {author.name}
          {author.tag && <span class="tag">{author.tag}</span>}
        </p>
        {children}
      </div>
    </div>
  );
}

/** Tells a script, an AI and a person apart, in words. */
function authorOf(who: BubbleProps["who"], origin?: Origin, name?: string): { name: string; icon: IconName; tag?: string } {
  if (who === "visitor") return { name: "您", icon: "agent" };
  if (who === "agent") return { name: name || "客服", icon: "agent", tag: "人工客服" };
  if (origin === "ai") return { name: "智能助手", icon: "ai", tag: "AI 生成" };
  return { name: "智能助手", icon: "bot" };
}

interface ChoicesProps {
  chat: Chat;
  event: ChatEvent;
  choices: readonly Choice[];
  onChosen(): void;
}

const Choices = reactive(({ chat, event, choices, onChosen }: ChoicesProps) => {
  const going = chat.outbox.entries.value.filter((e) => e.delivery !== "failed");
  const chosen = going.find((e) => e.choice?.seq === event.seq)?.choice?.value;
  const rating = choices.every((c) => c.value.startsWith("rating."));
  return (
    <div class={rating ? "choices rating" : "choices"} role="group" aria-label="请选择">
      {choices.map(({ value, label, primary }) => (
        <button
          type="button"
          key={value}
          class={`choice${value === chosen ? " chosen" : ""}${primary ? " primary" : ""}`}
          disabled={going.length > 0}
          onClick={() => {
            chat.choose(value, label, event.seq);
            onChosen();
          }}
        >
          {rating ? <b aria-hidden="true">{value.slice(-1)}</b> : value === chosen && <Icon name="check" />}
          {label}
        </button>
      ))}
    </div>
  );
});

/** Something the visitor said that the log does not have yet. */
export function Pending({ out, chat }: { out: Outgoing; chat: Chat }) {
  const failed = out.delivery === "failed";
  return (
    <Bubble who="visitor" first={true}>
      <p class={failed ? "text failed" : "text pending"}>{out.text}</p>
      {failed ? (
        <p class="meta problem" role="alert">
          <Icon name="alert" />
          {out.refusal ?? "未发送成功"}
          <button type="button" class="link" onClick={() => retry(chat, out)}>
            重新发送
          </button>
          <button type="button" class="link" onClick={() => takeBack(chat, out)}>
            撤回
          </button>
        </p>
      ) : (
        <p class="meta">{{ sending: "发送中…", waiting: "等待网络，将自动发送", sent: "已发送" }[out.delivery]}</p>
      )}
    </Bubble>
  );
}

function retry(chat: Chat, out: Outgoing): void {
  chat.outbox.retry(out.id);
  chat.retry();
}

function takeBack(chat: Chat, out: Outgoing): void {
  chat.outbox.remove(out.id);
  if (!out.choice) chat.setDraft([out.text, chat.draft.value].filter(Boolean).join("\n"));
}

/** What an AI is writing just now. */
export function Partial({ text }: { text: string }) {
  return (
    <Bubble who="bot" first={true} origin="ai">
      <p class="text" aria-live="off">
        {text}
        <span class="caret" />
      </p>
    </Bubble>
  );
}

export function Typing({ who, name }: { who: "bot" | "agent"; name: string }) {
  return (
    <Bubble who={who} first={true} name={name || undefined}>
      <p class="text dots">
        <span class="sr">正在输入</span>
        <i />
        <i />
        <i />
      </p>
    </Bubble>
  );
}
