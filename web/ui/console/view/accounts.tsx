import { h } from "preact";
import { useEffect } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { t, word } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Account } from "../model/wire";
import { Sure } from "./commands";
import { Icon } from "./icons";

/** Who may sign in, for admins; fenfuctl makes and changes accounts. */
export const Accounts = reactive(({ desk }: { desk: Desk }) => {
  const accounts = useSignal<readonly Account[] | null>(null);
  const failed = useSignal(false);
  const ending = useSignal<Account | null>(null);

  async function load(): Promise<void> {
    try {
      accounts.value = (await desk.api.get<{ items: Account[] }>("accounts")).items;
      failed.value = false;
    } catch {
      failed.value = true;
    }
  }
  useEffect(() => void load(), []);

  async function end({ id, name }: Account): Promise<void> {
    ending.value = null;
    if (await desk.attempt(() => desk.api.post(`accounts/${encodeURIComponent(id)}/logout`))) desk.say(t("loginsEnded", { n: name }));
  }

  const all = accounts.value;
  return (
    <main class="page" tabIndex={0}>
      <h1>{t("accounts")}</h1>
      {failed.value && (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          {t("listFailed")}
          <button type="button" class="link" onClick={() => void load()}>
            {t("retry")}
          </button>
        </p>
      )}
      {!all && !failed.value && (
        <p class="none" role="status">
          {t("loading")}
        </p>
      )}
      {all && (
        <section class="card">
          <ul class="people" aria-label={t("accounts")}>
            {all.map((a) => (
              <li key={a.id}>
                <span class="avatar" aria-hidden="true">
                  {[...a.name][0]}
                </span>
                <span class="team-name">
                  <strong>{a.name}</strong>
                  <small>{a.id}</small>
                </span>
                <span>
                  {word("role", a.role)}
                  {(a.role === "agent" || a.role === "supervisor") && <small> {a.desks.length > 0 ? a.desks.join(", ") : t("allDesks")}</small>}
                </span>
                <small>{a.password ? (a.totp ? t("byCode") : t("byPassword")) : t("byProvider")}</small>
                <span>{a.disabled && <span class="chip not_eligible">{t("disabled")}</span>}</span>
                <button type="button" class="button small" aria-label={`${t("endLogins")} ${a.name}`} onClick={() => (ending.value = a)}>
                  {t("endLogins")}
                </button>
              </li>
            ))}
          </ul>
          <p class="hint">{t("accountsHint")}</p>
        </section>
      )}
      {ending.value && (
        <Sure
          title={t("endLogins")}
          text={t("endLoginsHint", { n: ending.value.name })}
          onClose={() => (ending.value = null)}
          onDo={() => void end(ending.value!)}
        />
      )}
    </main>
  );
});
