import { h, Fragment } from "preact";
import { named } from "../lib/english";
import { t } from "../lib/i18n";
import { span } from "../lib/time";
import type { Funnel as Figures, FunnelStep } from "../model/wire";
import { Bar } from "./bar";

/** How far applicants come, step by step, and what holds them up. */
export function Funnel({ funnel }: { funnel: Figures }) {
  const whole = [
    [t("started"), funnel.started],
    [t("submitted"), funnel.submitted],
    [t("decided"), funnel.decided],
    [t("abandoned"), funnel.abandoned],
  ] as const;
  return (
    <section class="card">
      <h2>
        {t("funnel")} <small>{t("lastDays", { n: funnel.days })}</small>
      </h2>
      {funnel.started === 0 ? (
        <p class="none">{t("noFunnel")}</p>
      ) : (
        <>
          <ul class="whole">
            {whole.map(([name, n], i) => (
              <li key={name} class={i === 3 && n > 0 ? "lost" : ""}>
                <span>{name}</span>
                <strong>{n}</strong>
                <small>{percent(n, funnel.started)}</small>
              </li>
            ))}
          </ul>
          <Steps steps={funnel.steps} />
        </>
      )}
    </section>
  );
}

function Steps({ steps }: { steps: readonly FunnelStep[] }) {
  const most = Math.max(1, ...steps.map((s) => s.asked));
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={t("funnel")}>
      <table class="steps">
        <thead>
          <tr>
            <th scope="col">{t("step")}</th>
            <th scope="col" class="wide">
              {t("asked")} / {t("filled")}
            </th>
            <th scope="col">{t("retried")}</th>
            <th scope="col">{t("correctedN")}</th>
            <th scope="col">{t("digressed")}</th>
            <th scope="col">{t("abandoned")}</th>
            <th scope="col">{t("median")}</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((s) => (
            <tr key={s.step}>
              <th scope="row">{named(s.label || s.step, s.label_en)}</th>
              <td class="wide">
                <span class="pair">
                  <span>
                    <Bar share={s.asked / most} kind="soft" />
                    <Bar share={s.filled / most} />
                  </span>
                  <span class="num">
                    {s.asked} / {s.filled}
                  </span>
                </span>
              </td>
              <td class="num">{s.retried}</td>
              <td class="num">{s.corrected}</td>
              <td class="num">{s.digressed}</td>
              <td class={s.abandoned > 0 ? "num lost" : "num"}>{s.abandoned}</td>
              <td class="num">{s.median_s ? span(s.median_s) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function percent(n: number, of: number): string {
  return of > 0 ? `${Math.round((n / of) * 100)}%` : "–";
}
