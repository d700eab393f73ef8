import { h } from "preact";
import type { Chat } from "../chat/chat";
import type { Host } from "../host";
import { Icon } from "./icons";

interface Props {
  chat: Chat;
  host: Host;
  onInfo(): void;
}

export function Header({ chat, host, onInfo }: Props) {
  const { text, tone } = status(chat);
  const person = chat.owner.value === "agent";
  return (
    <div class="header">
      <span class="mark" aria-hidden="true">
        <Icon name={person ? "agent" : "headset"} />
      </span>
      <div class="who">
        <h1>{host.look.value.title ?? chat.config.value?.title ?? "在线客服"}</h1>
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
}

/** Who answers, or what keeps them from it. */
function status(chat: Chat): { text: string; tone: "good" | "busy" | "bad" } {
  switch (chat.link.value) {
    case "idle":
    case "connecting":
      return { text: "正在连接…", tone: "busy" };
    case "reconnecting":
      return { text: "连接中断，正在重新连接…", tone: "busy" };
    case "offline":
      return { text: "网络已断开，恢复后自动重连", tone: "bad" };
    case "ended":
      return { text: "本次会话已结束", tone: "bad" };
    case "broken":
      return { text: "连接异常", tone: "bad" };
  }
  switch (chat.owner.value) {
    case "agent":
      return { text: chat.agent.value ? `人工客服 ${chat.agent.value} 为您服务` : "人工客服为您服务", tone: "good" };
    case "waiting":
      return { text: "正在为您转接人工客服", tone: "busy" };
    case "closed":
      return { text: "本次会话已结束", tone: "bad" };
    case "bot":
      return { text: "智能助手为您服务", tone: "good" };
  }
}
