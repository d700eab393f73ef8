import { h, type RefObject } from "preact";
import type { Chat } from "../chat/chat";
import type { Link } from "../chat/connection";
import type { Host } from "../host";
import { Icon } from "./icons";
import { reactive } from "../../shared/reactive";

interface Props {
  chat: Chat;
  host: Host;
  title: RefObject<HTMLHeadingElement | null>;
  onInfo(): void;
}

export const Header = reactive(({ chat, host, title, onInfo }: Props) => {
  const [text, tone] = status(chat);
  const person = chat.owner.value === "agent";
  return (
    <div class="header">
      <span class="mark" aria-hidden="true">
        <Icon name={person ? "agent" : "headset"} />
      </span>
      <div class="who">
        <h1 ref={title} tabIndex={-1}>
          {host.look.value.title ?? chat.config.value?.title ?? "在线客服"}
        </h1>
        <p class={`status ${tone}`} role="status">
          {text}
        </p>
      </div>
      {chat.owner.value === "bot" && chat.link.value === "online" && (
        <button type="button" class="human" onClick={() => chat.send("转人工")}>
          转人工
        </button>
      )}
      <button type="button" class="tool" aria-label="服务说明与投诉渠道" onClick={onInfo}>
        <Icon name="info" />
      </button>
      {!host.alone && (
        <button type="button" class="tool" aria-label="收起聊天窗口" onClick={() => host.close()}>
          <Icon name={host.layout.value.phone ? "close" : "fold"} />
        </button>
      )}
    </div>
  );
});

type Status = [text: string, tone: "good" | "busy" | "bad"];

const connecting: Status = ["正在连接…", "busy"];
const over: Status = ["本次会话已结束", "bad"];

const byLink: Record<Exclude<Link, "online">, Status> = {
  idle: connecting,
  connecting,
  reconnecting: ["连接中断，正在重新连接…", "busy"],
  offline: ["网络已断开，恢复后自动重连", "bad"],
  ended: over,
  broken: ["连接异常", "bad"],
};

/** Who answers, or what keeps them from it. */
function status(chat: Chat): Status {
  const link = chat.link.value;
  if (link !== "online") return byLink[link];
  switch (chat.owner.value) {
    case "agent":
      return [`人工客服${chat.agent.value ? ` ${chat.agent.value} ` : ""}为您服务`, "good"];
    case "closed":
      return over;
    default:
      if (chat.waits.value) return ["正在为您转接人工客服", "busy"];
      return ["智能助手为您服务", "good"];
  }
}
