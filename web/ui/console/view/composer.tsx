import { h, type RefObject } from "preact";
import type { Signal } from "@preact/signals-core";
import { useLayoutEffect } from "preact/hooks";
import { maxText } from "../../shared/protocol";
import { reactive, useSignal } from "../../shared/reactive";
import { t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Talk } from "../model/talk";
import { Suggest } from "./assist";
import { CannedReplies, fill, matching } from "./canned";
import { Icon } from "./icons";

export type Mode = "reply" | "note";

interface Props {
  desk: Desk;
  talk: Talk;
  mode: Signal<Mode>;
  input: RefObject<HTMLTextAreaElement | null>;
}

/** As the server has it. */
const maxNote = 1000;
const touch = matchMedia("(pointer: coarse)");

/** Writes to the visitor, or, in another colour, to colleagues. */
export const Composer = reactive(({ desk, talk, mode, input }: Props) => {
  const busy = useSignal(false);
  const picked = useSignal(0);
  const note = mode.value === "note";
  const slot = note ? `${talk.session}#note` : talk.session;
  const draft = desk.drafts.value.get(slot) ?? "";
  const extra = [...draft.trim()].length - (note ? maxNote : maxText);
  const found = !note && draft.startsWith("/") && !draft.includes("\n") ? matching(desk.canned.value, draft.slice(1)) : null;

  // Grows with what is typed, up to what the style sheet allows.
  useLayoutEffect(() => {
    const el = input.current!;
    el.style.setProperty("height", "auto");
    el.style.setProperty("height", `${el.scrollHeight}px`);
  }, [draft]);
  useLayoutEffect(() => {
    if (!touch.matches) input.current?.focus({ preventScroll: true });
  }, [mode.value]);

  function write(text: string): void {
    desk.draft(slot, text);
    picked.value = 0;
    if (!note) talk.tellTyping(text !== "" && !text.startsWith("/"));
  }

  async function send(): Promise<void> {
    const text = draft.trim();
    if (!text || extra > 0 || busy.value) return;
    if (!note) {
      talk.say(text);
      write("");
    } else {
      busy.value = true;
      if (await desk.attempt(() => talk.note(text))) write("");
      busy.value = false;
    }
    input.current?.focus({ preventScroll: true });
  }

  function insert(index: number): void {
    const reply = found?.[index];
    if (!reply) return;
    write(fill(reply.text, desk));
    input.current?.focus();
  }

  function key(e: KeyboardEvent): void {
    // While an input method composes, its keys are its own; 229 is how Safari
    // says so after the fact.
    if (e.isComposing || e.keyCode === 229) return;
    if (found && (e.key === "ArrowDown" || e.key === "ArrowUp") && found.length > 0) {
      e.preventDefault();
      picked.value = (picked.value + (e.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
    } else if (found && (e.key === "Tab" || e.key === "Enter") && found.length > 0) {
      e.preventDefault();
      insert(picked.value);
    } else if (found && e.key === "Escape") {
      e.preventDefault();
      write("");
    } else if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      void send();
    }
  }

  return (
    <footer class={note ? "composer noting" : "composer"}>
      {found && <CannedReplies desk={desk} replies={found} picked={picked.value} onPick={insert} />}
      <div class="modes" role="group" aria-label={t("reply")}>
        <button type="button" aria-pressed={!note} onClick={() => (mode.value = "reply")}>
          {t("reply")}
        </button>
        {desk.may("note") && (
          <button type="button" aria-pressed={note} onClick={() => (mode.value = "note")}>
            <Icon name="lock" />
            {t("note")}
          </button>
        )}
        <span class="mode-hint">{note ? t("noteHidden") : t("enterSends")}</span>
      </div>
      {!note && desk.me.value?.assistant && <Suggest key={talk.session} desk={desk} talk={talk} draft={draft} onText={write} />}
      <form
        class="write"
        onSubmit={(e) => {
          e.preventDefault();
          void send();
        }}
      >
        <textarea
          ref={input}
          rows={2}
          value={draft}
          aria-label={t(note ? "note" : "reply")}
          placeholder={t(note ? "noteHolder" : "replyHolder")}
          autocomplete="off"
          enterkeyhint="send"
          aria-invalid={extra > 0}
          aria-autocomplete={note ? undefined : "list"}
          aria-controls={found ? "canned" : undefined}
          aria-activedescendant={found && found.length > 0 ? `canned-${picked.value}` : undefined}
          onInput={(e) => write(e.currentTarget.value)}
          onKeyDown={key}
        />
        <button type="submit" class="button primary send" disabled={!draft.trim() || extra > 0 || busy.value}>
          <Icon name={note ? "note" : "send"} />
          <span>{t(note ? "save" : "send")}</span>
        </button>
      </form>
      <p class="limit" role="status">
        {extra > 0 ? t("over", { n: extra }) : ""}
      </p>
    </footer>
  );
});
