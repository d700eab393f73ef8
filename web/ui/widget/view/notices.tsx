import { h } from "preact";
import type { Chat } from "../chat/chat";
import type { ComponentChildren } from "preact";
import { minutes } from "../chat/time";
import { Icon } from "./icons";
import { reactive } from "../../shared/reactive";

/** What stands between the visitor and an answer, with what can be done about it. */
export const Notices = reactive(({ chat }: { chat: Chat }) => {
  const link = chat.link.value;
  const queue = chat.queue.value;
  if (link === "offline" || (link === "reconnecting" && chat.attempt.value > 1)) {
    return (
      <Bar icon="alert" action="立即重试" onAction={() => chat.retry()}>
        暂时连接不上，您输入的内容不会丢失。
      </Bar>
    );
  }
  if (chat.over.value) {
    return (
      <Bar
        icon="info"
        action="开始新会话"
        onAction={() => {
          chat.reset();
          chat.connect();
        }}
      >
        可以开始新的会话，继续咨询。
      </Bar>
    );
  }
  if (queue && chat.waits.value) {
    return (
      <Bar icon="wait" action="取消排队" onAction={() => chat.choose("handoff.leave", "取消排队", 0)}>
        您排在第 {queue.position} 位{queue.wait_s ? `，预计等待${minutes(queue.wait_s)}` : ""}。
      </Bar>
    );
  }
  if (chat.owner.value === "waiting" && chat.offline.value) {
    return <Bar icon="info">客服上线后会在这里回复，您可以先离开。</Bar>;
  }
  return null;
});

interface BarProps {
  icon: "alert" | "info" | "wait";
  children: ComponentChildren;
  action?: string;
  onAction?: () => void;
}

function Bar({ icon, children, action, onAction }: BarProps) {
  return (
    <div class="bar">
      <Icon name={icon} />
      <p>{children}</p>
      {action && (
        <button type="button" class="link" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}
