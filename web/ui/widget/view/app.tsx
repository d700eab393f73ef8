import { h } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { Host } from "../host";
import { Composer } from "./composer";
import { Header } from "./header";
import { Info } from "./info";
import { Log } from "./log";
import { Notices } from "./notices";
import { reactive, useSignal, useSignalEffect } from "../../shared/reactive";

/** A finger's device: there, focusing the composer would raise the keyboard. */
const touch = matchMedia("(pointer: coarse)");

export const App = reactive(({ chat, host }: { chat: Chat; host: Host }) => {
  const info = useSignal(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const title = useRef<HTMLHeadingElement>(null);

  function focus(): void {
    (touch.matches ? title : input).current?.focus({ preventScroll: true });
  }

  useSignalEffect(() => {
    if (host.open.value) focus();
    else info.value = false;
  });

  // Under the sheet everything is inert: focus comes back once it has gone.
  useLayoutEffect(() => {
    if (host.open.peek() && !info.value) focus();
  }, [info.value]);

  useEffect(() => {
    function key(e: KeyboardEvent): void {
      if (e.key !== "Escape" || e.isComposing || e.defaultPrevented) return;
      if (info.peek()) info.value = false;
      else host.close();
    }
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);

  return (
    <div class={`app${host.alone ? " alone" : ""}`}>
      <div class="stage" inert={info.value}>
        <header>
          <Header chat={chat} host={host} title={title} onInfo={() => (info.value = true)} />
          {chat.config.value?.demo && <p class="demo">演示环境，请勿填写真实信息</p>}
          <Notices chat={chat} />
        </header>
        <Log chat={chat} host={host} onChosen={focus} />
        <Composer chat={chat} input={input} onInfo={() => (info.value = true)} />
      </div>
      {info.value && (
        <Info
          chat={chat}
          onClose={() => (info.value = false)}
          onReset={() => {
            info.value = false;
            chat.reset();
            chat.connect();
          }}
        />
      )}
    </div>
  );
});
