import { h } from "preact";
import { useEffect } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { t, word } from "../lib/i18n";
import { fullTime, stamp } from "../lib/time";
import type { Desk } from "../model/desk";
import type { AuditEntry } from "../model/wire";
import { Icon } from "./icons";

const pageSize = 100;

/** Who did what, for auditors; it can only be read. */
export const Audit = reactive(({ desk }: { desk: Desk }) => {
  const entries = useSignal<readonly AuditEntry[] | null>(null);
  const more = useSignal("");
  const failed = useSignal(false);

  async function load(): Promise<void> {
    const cursor = more.value ? `&cursor=${encodeURIComponent(more.value)}` : "";
    try {
      const page = await desk.api.get<{ items: AuditEntry[]; next?: string }>(`audit?limit=${pageSize}${cursor}`);
      entries.value = [...(entries.value ?? []), ...page.items];
      more.value = page.next ?? "";
      failed.value = false;
    } catch {
      failed.value = true;
    }
  }
  useEffect(() => void load(), []);

  const all = entries.value;
  return (
    <main class="page" tabIndex={0}>
      <h1>{t("audit")}</h1>
      {failed.value && (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          {t("listFailed")}
          <button type="button" class="link" onClick={() => void load()}>
            {t("retry")}
          </button>
        </p>
      )}
      {all && all.length === 0 && <p class="none">{t("noAudit")}</p>}
      {all && all.length > 0 && (
        <section class="card">
          <div class="table-box" tabIndex={0} role="region" aria-label={t("audit")}>
            <table class="audit">
              <thead>
                <tr>
                  <th scope="col">#</th>
                  <th scope="col">{t("time")}</th>
                  <th scope="col">{t("who")}</th>
                  <th scope="col">{t("did")}</th>
                  <th scope="col">{t("what")}</th>
                  <th scope="col">{t("reason")}</th>
                  <th scope="col">{t("outcome")}</th>
                </tr>
              </thead>
              <tbody>
                {all.map((e) => (
                  <tr key={e.n}>
                    <td class="num">{e.n}</td>
                    <td>
                      <time dateTime={e.at} title={fullTime(e.at)}>
                        {stamp(e.at)}
                      </time>
                    </td>
                    <td class="by">{e.actor}</td>
                    <td class="did">
                      {word("act", e.action)} <code>{[e.action, e.field].filter(Boolean).join(" · ")}</code>
                    </td>
                    <td class="of mono" title={e.session}>
                      {e.session?.slice(0, 10) ?? ""}
                    </td>
                    <td class="because">{e.reason ?? ""}</td>
                    <td class="outcome">{e.ok ? t("ok") : <span class="chip not_eligible">{t("refusedAct")}</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {more.value && (
            <button type="button" class="button" onClick={() => void load()}>
              {t("loadMore")}
            </button>
          )}
        </section>
      )}
    </main>
  );
});
