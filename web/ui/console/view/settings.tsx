import { h } from "preact";
import { reactive, useSignal } from "../../shared/reactive";
import { notify, setNotify, setSound, sound } from "../lib/alerts";
import { lang, setLang, t, word } from "../lib/i18n";
import type { Desk } from "../model/desk";
import { Dialog } from "./dialog";
import { keysOn, setKeys } from "./keys";

/** How this browser behaves, and the way out. */
export const Settings = reactive(({ desk, onClose }: { desk: Desk; onClose(): void }) => {
  const denied = useSignal(false);
  const me = desk.me.value;
  return (
    <Dialog title={t("settings")} onClose={onClose}>
      <div class="sheet-body">
        {me && (
          <p class="whoami">
            <span class="avatar" aria-hidden="true">
              {[...me.name][0]}
            </span>
            <span>
              <strong>{me.name}</strong>
              <small>
                {me.id} · {word("role", me.role)}
              </small>
            </span>
          </p>
        )}
        <fieldset class="segments">
          <legend>{t("language")}</legend>
          <label>
            <input type="radio" name="lang" checked={lang.value === "zh"} onChange={() => setLang("zh")} />
            <span lang="zh-CN">中文</span>
          </label>
          <label>
            <input type="radio" name="lang" checked={lang.value === "en"} onChange={() => setLang("en")} />
            <span lang="en">English</span>
          </label>
        </fieldset>
        <Switch label={t("sound")} on={sound.value} onChange={setSound} />
        <Switch
          label={t("notify")}
          on={notify.value}
          onChange={(on) => {
            void setNotify(on).then((done) => (denied.value = !done));
          }}
        />
        {denied.value && (
          <p class="hint" role="status">
            {t("notifyDenied")}
          </p>
        )}
        <Switch label={t("shortcutsOn")} on={keysOn.value} onChange={setKeys} />
        <button type="button" class="button block" onClick={() => void desk.signOut()}>
          {t("signOut")}
        </button>
      </div>
    </Dialog>
  );
});

interface SwitchProps {
  label: string;
  on: boolean;
  onChange(on: boolean): void;
}

export function Switch({ label, on, onChange }: SwitchProps) {
  return (
    <label class="switch">
      <span>{label}</span>
      <input type="checkbox" role="switch" checked={on} onChange={(e) => onChange(e.currentTarget.checked)} />
    </label>
  );
}
