import { h } from "preact";
import type { Chat } from "../chat/chat";
import { Icon } from "./icons";
import { reactive } from "../../shared/reactive";

/** The start of a conversation: who is here and what can be asked. */
export const Welcome = reactive(({ chat }: { chat: Chat }) => {
  const config = chat.config.value;
  if (!config) return chat.attempt.value > 1 ? null : <Skeleton />;
  return (
    <section class="welcome" aria-label="欢迎">
      <span class="emblem" aria-hidden="true">
        <Icon name="bot" />
      </span>
      <p class="greeting">{config.greeting || "您好，请问有什么可以帮您？"}</p>
      {config.quick_replies.length > 0 && (
        <div class="starters" role="group" aria-label="常见问题">
          {config.quick_replies.map(({ label, text }) => (
            <button type="button" class="starter" key={text} onClick={() => chat.send(text)}>
              {label}
              <Icon name="next" />
            </button>
          ))}
        </div>
      )}
      <p class="safe">
        <Icon name="shield" />
        客服不会索要支付密码、短信验证码、银行卡密码，也不会要求转账。
      </p>
    </section>
  );
});

/** Stands in while the log is on its way. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="sr">正在加载对话</span>
      <i />
      <i />
      <i />
    </div>
  );
}
