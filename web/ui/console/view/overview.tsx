import { h, type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { named } from "../lib/english";
import { t, word } from "../lib/i18n";
import { span } from "../lib/time";
import type { Desk } from "../model/desk";
import type { DeskState, Stats } from "../model/wire";
import { Bar } from "./bar";
import { Funnel } from "./funnel";
import { Icon } from "./icons";
import { Stars } from "./panel";

const refreshEvery = 5_000;

/** What a supervisor watches: queue, people, waits, ratings, the application's funnel. */
export const Overview = reactive(({ desk }: { desk: Desk }) => {
  const stats = useSignal<Stats | null>(null);
  const failed = useSignal(false);
  const waiting = desk.waiting.value;

  async function load(): Promise<void> {
    try {
      stats.value = await desk.api.watch<Stats>("stats");
      failed.value = false;
    } catch {
      failed.value = true;
    }
  }
  useEffect(() => void load(), [waiting]);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && void load(), refreshEvery);
    return () => clearInterval(timer);
  }, []);

  const s = stats.value;
  return (
    <main class="page" tabIndex={0}>
      <h1>{t("overview")}</h1>
      {failed.value && (
        <p class="banner warn" role="alert">
          <Icon name="alert" />
          {t("statsFailed")}
        </p>
      )}
      {s ? (
        <Figures stats={s} />
      ) : (
        <div class="bones tiles" role="status">
          <span class="sr">{t("loading")}</span>
          <i />
          <i />
          <i />
          <i />
        </div>
      )}
    </main>
  );
});

function Figures({ stats }: { stats: Stats }) {
  const total = (of: "waiting" | "messages") => stats.desks.reduce((sum, d) => sum + d[of], 0);
  const waiting = total("waiting");
  const oldest = Math.max(0, ...stats.desks.map((d) => d.oldest_s));
  const online = stats.agents.filter((a) => a.presence === "online");
  const free = online.reduce((sum, a) => sum + Math.max(0, a.capacity - a.load), 0);
  const { waits, talks, ratings } = stats;
  return (
    <div class="figures">
      <div class="tiles">
        <Tile name={t("waitingNow")} value={String(waiting)} hot={waiting > 0}>
          {t("oldest")} {waiting > 0 ? span(oldest) : "–"} · {t("messagesLeft", { n: total("messages") })}
        </Tile>
        <Tile name={t("activeNow")} value={String(stats.active)}>
          {t("agentsOn")} {online.length} · {t("freePlaces")} {free}
        </Tile>
        <Tile name={t("medianWait")} value={waits.count ? span(waits.median_s) : "–"}>
          {t("p90Wait")} {waits.count ? span(waits.p90_s) : "–"} · {t("medianTalk")} {talks.count ? span(talks.median_s) : "–"}
        </Tile>
        <Tile name={t("satisfaction")} value={ratings.count ? ratings.average.toFixed(1) : "–"}>
          {ratings.count ? t("ratings", { n: ratings.count }) : t("noRatings")}
        </Tile>
      </div>
      <p class="under">{t("ofLatest")}</p>
      <div class="halves">
        <div class="stack">
          <Team stats={stats} />
          <Counts title={t("why")} counts={Object.entries(stats.reasons).map(([r, n]) => [word("reason", r), n])} />
        </div>
        <div class="stack">
          <Counts title={t("queues")} counts={stats.desks.map(queued)} />
          <Ratings by={ratings.by} />
        </div>
      </div>
      {stats.funnel && <Funnel funnel={stats.funnel} />}
    </div>
  );
}

function Tile({ name, value, hot = false, children }: { name: string; value: string; hot?: boolean; children: ComponentChildren }) {
  return (
    <section class={hot ? "tile hot" : "tile"}>
      <h2>{name}</h2>
      <p class="figure">{value}</p>
      <p class="under">{children}</p>
    </section>
  );
}

function Team({ stats }: { stats: Stats }) {
  return (
    <section class="card">
      <h2>{t("team")}</h2>
      {stats.agents.length === 0 && <p class="none">{t("noTeam")}</p>}
      <ul class="team">
        {stats.agents.map((a) => (
          <li key={a.id}>
            <span class={`avatar ${a.presence}`} aria-hidden="true">
              {[...a.name][0]}
            </span>
            <span class="team-name">
              <strong>{a.name}</strong>
              <small class={`state ${a.presence}`}>{t(a.presence)}</small>
            </span>
            <meter min={0} max={Math.max(1, a.capacity)} value={a.load} aria-label={`${a.name} ${t("load")}`} />
            <span class="num">
              {a.load}/{a.capacity}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Counts({ title, counts }: { title: string; counts: readonly (readonly [string, number])[] }) {
  const most = Math.max(1, ...counts.map(([, n]) => n));
  return (
    <section class="card">
      <h2>{title}</h2>
      {counts.length === 0 && <p class="none">{t("nothingYet")}</p>}
      <ul class="bars">
        {counts.toSorted((a, b) => b[1] - a[1]).map(([name, n]) => (
          <li key={name}>
            <span>{name}</span>
            <Bar share={n / most} />
            <span class="num">{n}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ratings({ by }: { by: readonly number[] }) {
  const most = Math.max(1, ...by);
  return (
    <section class="card">
      <h2>{t("satisfaction")}</h2>
      <ul class="bars">
        {[5, 4, 3, 2, 1].map((n) => (
          <li key={n}>
            <Stars n={n} />
            <Bar share={(by[n - 1] ?? 0) / most} />
            <span class="num">{by[n - 1] ?? 0}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A desk and how many wait there, closed ones marked so. */
function queued(d: DeskState): [string, number] {
  const name = named(d.name, d.name_en);
  return [d.open ? name : `${name}（${t("shut")}）`, d.waiting];
}
