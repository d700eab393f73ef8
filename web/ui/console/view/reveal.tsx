import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { labelOf } from "../lib/english";
import { t, type Key } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Talk } from "../model/talk";
import type { Detail } from "../model/wire";
import { Buttons } from "./commands";
import { Dialog } from "./dialog";

interface Props {
  desk: Desk;
  talk: Talk;
  detail: Detail;
  onClose(): void;
}

const reasons: readonly Key[] = ["why1", "why2", "why3", "why4"];

/** Asks why; the answer goes to the audit log before the detail is shown. */
export const RevealDialog = reactive(({ desk, talk, detail, onClose }: Props) => {
  const why = useSignal<Key | "">("");
  const words = useSignal("");
  const busy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const other = why.value === "why4";
  useEffect(() => {
    if (other) field.current?.focus();
  }, [other]);
  const reason = why.value && (other ? words.value.trim() : t(why.value));

  async function reveal(): Promise<void> {
    if (!reason || busy.value) return;
    busy.value = true;
    if (await desk.attempt(() => talk.reveal(detail.kind, reason))) onClose();
    busy.value = false;
  }

  return (
    <Dialog title={t("revealTitle", { n: labelOf(detail) })} onClose={onClose}>
      <div class="sheet-body">
        <p class="hint">{t("revealHint", { s: 30 })}</p>
        <fieldset class="options">
          <legend>{t("revealWhy")}</legend>
          {reasons.map((r, i) => (
            <label key={r} class="option">
              <input type="radio" name="why" autofocus={i === 0} checked={why.value === r} onChange={() => (why.value = r)} />
              <span>{t(r)}</span>
            </label>
          ))}
        </fieldset>
        {other && (
          <label class="field">
            <span>{t("whyText")}</span>
            <input ref={field} value={words.value} maxLength={200} onInput={(e) => (words.value = e.currentTarget.value)} />
          </label>
        )}
      </div>
      <Buttons label={t("reveal")} disabled={!reason || busy.value} onClose={onClose} onDo={() => void reveal()} />
    </Dialog>
  );
});
