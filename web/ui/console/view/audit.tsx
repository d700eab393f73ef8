import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { acts, t, word } from "../lib/i18n";
import { fullTime, stamp } from "../lib/time";
import type { Desk } from "../model/desk";
import type { AuditEntry } from "../model/wire";
import { Icon } from "./icons";

const pageSize = 100;
/** What nobody looks for. */
const nothing = { actor: "", action: "", session: "", from: "", to: "" };

type Filter = typeof nothing;

/** Who did what, for auditors; it can only be read. */
export const Audit = reactive(({ desk }: { desk: Desk }) => {
  const entries = useSignal<readonly AuditEntry[] | null>(null);
  const more = useSignal("");
  const failed = useSignal(false);
  const filter = useSignal<Filter>(nothing);
  const asked = useRef(0);

  async function load(): Promise<void> {
    const mine = ++asked.current; // of two answers the later question's counts
    const query = new URLSearchParams({ limit: String(pageSize), ...wanted(filter.value), ...(more.value && { cursor: more.value }) });
    try {
      const page = await desk.api.get<{ items: AuditEntry[]; next?: string }>(`audit?${query}`);
      if (mine !== asked.current) return;
      entries.value = [...(entries.value ?? []), ...page.items];
      more.value = page.next ?? "";
      failed.value = false;
    } catch {
      if (mine === asked.current) failed.value = true;
    }
  }
  useEffect(() => void load(), []);

  function look(change: Partial<Filter>): void {
    filter.value = change === nothing ? nothing : { ...filter.value, ...change };
    entries.value = null;
    more.value = "";
    void load();
  }

  const all = entries.value;
  return (
    <main class="page" tabIndex={0}>
      <h1>{t("audit")}</h1>
      <Filters filter={filter.value} onChange={look} />
      {failed.value && (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          {t("listFailed")}
          <button type="button" class="link" onClick={() => void load()}>
            {t("retry")}
          </button>
        </p>
      )}
      {all && all.length === 0 && (
        <p class="none" role="status">
          {t(filter.value === nothing ? "noAudit" : more.value ? "noMatchYet" : "noMatch")}
        </p>
      )}
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
                      {e.session && (
                        <button type="button" class="link" onClick={() => look({ session: e.session! })}>
                          {e.session.slice(0, 10)}
                        </button>
                      )}
                    </td>
                    <td class="because">{e.reason ?? ""}</td>
                    <td class="outcome">{e.ok ? t("ok") : <span class="chip not_eligible">{t("refusedAct")}</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {all && more.value && (
        <button type="button" class="button more" onClick={() => void load()}>
          {t(all.length ? "loadMore" : "lookFurther")}
        </button>
      )}
    </main>
  );
});

/** The filter as the server is asked; a day is the auditor's own, from midnight to midnight. */
function wanted({ actor, action, session, from, to }: Filter): Record<string, string> {
  return {
    ...(actor.trim() && { actor: actor.trim() }),
    ...(action && { action }),
    ...(session.trim() && { session: session.trim() }),
    ...(from && { since: midnight(from, 0) }),
    ...(to && { until: midnight(to, 1) }),
  };
}

function midnight(day: string, after: number): string {
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + after);
  return at.toISOString();
}

function Filters({ filter, onChange }: { filter: Filter; onChange(change: Partial<Filter>): void }) {
  const dates = [["from", t("from")], ["to", t("to")]] as const;
  return (
    <form class="filters" role="search" aria-label={t("filter")} onSubmit={(e) => e.preventDefault()}>
      <label class="field">
        <span>{t("who")}</span>
        <input value={filter.actor} autocomplete="off" spellcheck={false} onChange={(e) => onChange({ actor: e.currentTarget.value })} />
      </label>
      <div class="field">
        <label for="audit-act">{t("did")}</label>
        <select id="audit-act" value={filter.action} onChange={(e) => onChange({ action: e.currentTarget.value })}>
          <option value="">{t("anyAct")}</option>
          {acts.map((act) => (
            <option key={act} value={act}>
              {word("act", act)}
            </option>
          ))}
        </select>
      </div>
      <label class="field">
        <span>{t("what")}</span>
        <input value={filter.session} autocomplete="off" spellcheck={false} onChange={(e) => onChange({ session: e.currentTarget.value })} />
      </label>
      {dates.map(([name, label]) => (
        <label key={name} class="field">
          <span>{label}</span>
          <input type="date" value={filter[name]} onChange={(e) => onChange({ [name]: e.currentTarget.value })} />
        </label>
      ))}
      {filter !== nothing && (
        <button type="button" class="button" onClick={() => onChange(nothing)}>
          {t("clearFilter")}
        </button>
      )}
    </form>
  );
}
