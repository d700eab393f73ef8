import { h } from "preact";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { maxText } from "../../shared/protocol";
import type { Chat } from "../chat/chat";
import { Icon } from "./icons";
import { reactive } from "../../shared/reactive";

interface Props {
  chat: Chat;
  input: RefObject<HTMLTextAreaElement | null>;
  onInfo(): void;
}

const warnFrom = maxText - 200;

export const Composer = reactive(({ chat, input, onInfo }: Props) => {
  const draft = chat.draft.value;
  const length = [...draft.trim()].length;
  const tooLong = length > maxText;
  const ended = chat.over.value;
  const operator = chat.config.value?.operator.name;

  // Grows with what is typed, up to what the style sheet allows.
  useLayoutEffect(() => {
    const el = input.current!;
    el.style.setProperty("height", "auto");
    el.style.setProperty("height", `${el.scrollHeight}px`);
  }, [draft]);

  function send(): void {
    if (length === 0 || tooLong || ended) return;
    chat.send(draft);
    chat.setDraft("");
    input.current?.focus({ preventScroll: true });
  }

  return (
    <footer class="foot">
      {chat.toast.value && (
        <p class="toast" role="alert">
          {chat.toast.value}
        </p>
      )}
      <form
        class="composer"
        onSubmit={(e) => {
          e.preventDefault();
          send();
        }}
      >
        <textarea
          ref={input}
          rows={1}
          value={draft}
          aria-label="输入消息"
          placeholder={ended ? "会话已结束" : "输入消息…"}
          disabled={ended}
          autocomplete="off"
          enterkeyhint="send"
          aria-invalid={tooLong}
          aria-describedby="limit"
          onInput={(e) => chat.setDraft(e.currentTarget.value)}
          onKeyDown={(e) => {
            // While an input method composes, Enter is its own: it confirms a
            // word. 229 is how Safari says so after the fact.
            if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
            e.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" aria-label="发送" disabled={length === 0 || tooLong || ended}>
          <Icon name="send" />
        </button>
      </form>
      <p id="limit" class={tooLong ? "limit over" : "limit"} role="status">
        {tooLong ? `超出 ${length - maxText} 字，请缩短后发送` : length > warnFrom ? `${length} / ${maxText}` : ""}
      </p>
      <p class="legal">
        请勿发送密码或验证码
        <button type="button" class="link" onClick={onInfo}>
          {operator || "服务说明与投诉"}
        </button>
      </p>
    </footer>
  );
});
