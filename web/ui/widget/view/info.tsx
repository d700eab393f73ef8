import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { Icon } from "./icons";
import { reactive, useSignal } from "../../shared/reactive";

interface Props {
  chat: Chat;
  onClose(): void;
  onReset(): void;
}

/** Who runs this service and where to complain; starting over. */
export const Info = reactive(({ chat, onClose, onReset }: Props) => {
  const sure = useSignal(false);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);

  const operator = chat.config.value?.operator;
  const facts = [
    ["运营主体", operator?.name],
    ["许可信息", operator?.licence],
    ["投诉渠道", operator?.complaint],
  ] as const;

  return (
    <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="info-title">
      <div class="sheet-head">
        <h2 id="info-title">服务说明</h2>
        <button ref={close} type="button" class="tool" aria-label="关闭服务说明" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="sheet-body">
        {chat.config.value?.demo && (
          <p class="bar">
            <Icon name="info" />
            演示环境，不办理真实业务。
          </p>
        )}
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value || "未提供"}</dd>
            </div>
          ))}
        </dl>
        <h3>安全提示</h3>
        <p>
          客服不会索要支付密码、短信验证码、银行卡密码或安全码，不会要求刷脸或转账，身份核验只在钱包内完成。遇到此类要求请停止操作并投诉。
        </p>
        <h3>聊天记录</h3>
        <button type="button" class="choice" onClick={() => void chat.download()}>
          下载聊天记录
        </button>
        <h3>重新开始</h3>
        {sure.value ? (
          <div class="confirm" role="group" aria-label="确认开始新会话">
            <p>开始新会话后，本设备将不再显示当前对话。</p>
            <button type="button" class="choice danger" onClick={onReset}>
              确认开始
            </button>
            <button type="button" class="choice" onClick={() => (sure.value = false)}>
              取消
            </button>
          </div>
        ) : (
          <button type="button" class="choice" onClick={() => (sure.value = true)}>
            开始新会话
          </button>
        )}
      </div>
    </div>
  );
});
