import { h } from "preact";
import { useRef } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { named } from "../lib/english";
import { t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Row } from "../model/wire";
import { Dialog } from "./dialog";

interface SureProps {
  title: string;
  text: string;
  onClose(): void;
  onDo(): void;
}

/** Asks once more. */
export function Sure({ title, text, onClose, onDo }: SureProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="sheet-body">
        <p>{text}</p>
      </div>
      <Buttons label={title} focus onClose={onClose} onDo={onDo} />
    </Dialog>
  );
}

interface ButtonsProps {
  label: string;
  disabled?: boolean;
  /** Nothing else is asked: the answer is a key away. */
  focus?: boolean;
  onClose(): void;
  onDo(): void;
}

export function Buttons({ label, disabled = false, focus = false, onClose, onDo }: ButtonsProps) {
  return (
    <footer class="sheet-foot">
      <button type="button" class="button" onClick={onClose}>
        {t("cancel")}
      </button>
      <button type="button" class="button primary" disabled={disabled} autofocus={focus} onClick={onDo}>
        {label}
      </button>
    </footer>
  );
}

interface TransferProps {
  desk: Desk;
  row: Row | null;
  onClose(): void;
  onDo(to: { desk?: string; agent?: string; note: string }): void;
}

/** To another desk, or to a colleague, with a word for them. */
export const TransferDialog = reactive(({ desk, row, onClose, onDo }: TransferProps) => {
  const to = useSignal("");
  const note = useRef<HTMLTextAreaElement>(null);
  const desks = desk.desks.value.filter((d) => d.id !== row?.desk);
  const [kind, ...rest] = to.value.split(":");
  return (
    <Dialog title={t("transfer")} onClose={onClose}>
      <div class="sheet-body">
        <p class="hint">{t("transferHint")}</p>
        {desks.length > 0 && (
          <fieldset class="options">
            <legend>{t("toDesk")}</legend>
            {desks.map((d, i) => (
              <label key={d.id} class="option">
                <input type="radio" name="to" autofocus={i === 0} checked={to.value === `desk:${d.id}`} onChange={() => (to.value = `desk:${d.id}`)} />
                <span>{named(d.name, d.name_en)}</span>
                <small>{t(d.open ? "open" : "shut")}</small>
              </label>
            ))}
          </fieldset>
        )}
        <Colleagues desk={desk} chosen={to.value} onChoose={(id) => (to.value = `agent:${id}`)} />
        <label class="field">
          <span>{t("transferNote")}</span>
          <textarea ref={note} rows={3} maxLength={990} />
        </label>
      </div>
      <Buttons
        label={t("transfer")}
        disabled={!to.value}
        onClose={onClose}
        onDo={() => onDo({ [kind as "desk" | "agent"]: rest.join(":"), note: note.current!.value.trim() })}
      />
    </Dialog>
  );
});

interface ColleaguesProps {
  desk: Desk;
  chosen: string;
  onChoose(id: string): void;
}

const Colleagues = reactive(({ desk, chosen, onChoose }: ColleaguesProps) => {
  const others = desk.agents.value.filter((a) => a.id !== desk.me.value?.id && !a.gone);
  return (
    <fieldset class="options">
      <legend>{t("toAgent")}</legend>
      {others.length === 0 && <p class="none">{t("noColleagues")}</p>}
      {others.map((a) => (
        <label key={a.id} class="option">
          <input type="radio" name="to" checked={chosen === `agent:${a.id}`} onChange={() => onChoose(a.id)} />
          <span>{a.name}</span>
          <small class={`state ${a.presence}`}>
            {t(a.presence)} · {a.load}/{a.capacity}
          </small>
        </label>
      ))}
    </fieldset>
  );
});

interface AssignProps {
  desk: Desk;
  row: Row | null;
  onClose(): void;
  onDo(agent: string): void;
}

/** A supervisor gives the conversation to somebody. */
export const AssignDialog = reactive(({ desk, row, onClose, onDo }: AssignProps) => {
  const to = useSignal("");
  const agents = desk.agents.value.filter((a) => !a.gone && !(row?.owner === "agent" && a.id === row.agent));
  return (
    <Dialog title={t("assign")} onClose={onClose}>
      <div class="sheet-body">
        <fieldset class="options">
          <legend>{t("assignTo")}</legend>
          {agents.length === 0 && <p class="none">{t("noColleagues")}</p>}
          {agents.map((a, i) => (
            <label key={a.id} class="option">
              <input type="radio" name="to" autofocus={i === 0} checked={to.value === a.id} onChange={() => (to.value = a.id)} />
              <span>{a.name}</span>
              <small class={`state ${a.presence}`}>
                {t(a.presence)} · {a.load}/{a.capacity}
              </small>
            </label>
          ))}
        </fieldset>
      </div>
      <Buttons label={t("assign")} disabled={!to.value} onClose={onClose} onDo={() => onDo(to.value)} />
    </Dialog>
  );
});
