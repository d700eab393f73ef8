import { h } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { reactive } from "../../shared/reactive";
import { t, word, type Key } from "../lib/i18n";
import { shortTime, since, span } from "../lib/time";
import type { Desk } from "../model/desk";
import type { Row, View } from "../model/wire";
import { Icon, type IconName } from "./icons";
import { asked } from "./keys";
import { Virtual } from "./virtual";

/** The rows' height; the style sheet does the rest. */
const rowHeight = 84;
const searchAfter = 250;

export const Inbox = reactive(({ desk }: { desk: Desk }) => {
  const views: View[] = desk.may("reassign") ? ["queue", "mine", "all", "closed"] : ["queue", "mine", "closed"];
  return (
    <section class="inbox" aria-label={t("talks")}>
      <div class="tabs" role="tablist" aria-label={t("views")}>
        {views.map((view) => (
          <Tab key={view} desk={desk} view={view} views={views} />
        ))}
      </div>
      <Search desk={desk} />
      <Rows desk={desk} />
    </section>
  );
});

const Tab = reactive(({ desk, view, views }: { desk: Desk; view: View; views: readonly View[] }) => {
  const on = desk.view.value === view;
  const count = view === "queue" || view === "mine" ? desk.lists[view].total.value : 0;
  const news = view === "mine" && desk.lists.mine.rows.value.some((r) => desk.unread(r));
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${view}`}
      aria-selected={on}
      aria-controls="rows"
      tabIndex={on ? 0 : -1}
      class="tab"
      onClick={() => desk.show(view)}
      onKeyDown={(e) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
        const next = step && views[(views.indexOf(view) + step + views.length) % views.length];
        if (!next) return;
        desk.show(next);
        document.getElementById(`tab-${next}`)?.focus();
      }}
    >
      {t(view)}
      {count > 0 && <b class={view === "queue" && desk.waiting.value > 0 ? "count hot" : "count"}>{count}</b>}
      {news && <i class="dot" />}
    </button>
  );
});

const Search = reactive(({ desk }: { desk: Desk }) => {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const ask = asked.value;
  useLayoutEffect(() => {
    if (ask?.what !== "search") return;
    asked.value = null;
    input.current?.focus();
  }, [ask]);
  return (
    <label class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={desk.query.value}
        placeholder={t("search")}
        aria-label={t("search")}
        maxLength={100}
        onInput={(e) => {
          const { value } = e.currentTarget;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => desk.search(value.trim()), searchAfter);
        }}
      />
    </label>
  );
});

const nothing: Record<View, [Key, Key | null]> = {
  queue: ["emptyQueue", "emptyQueueHint"],
  mine: ["emptyMine", "emptyMineHint"],
  all: ["emptyAll", null],
  closed: ["emptyClosed", null],
};

const Rows = reactive(({ desk }: { desk: Desk }) => {
  const list = desk.list.value;
  const rows = list.rows.value;
  const view = desk.view.value;
  const phase = list.phase.value;
  return (
    <div class="rows" id="rows" role="tabpanel" aria-labelledby={`tab-${view}`} aria-busy={phase === "loading"}>
      {rows.length > 0 ? (
        <Virtual
          key={view}
          items={rows}
          rowHeight={rowHeight}
          label={t(view)}
          keyOf={(r) => r.session}
          current={rows.findIndex((r) => r.session === desk.selected.value)}
          onView={(last) => list.look(last)}
          render={(row) => <Entry desk={desk} row={row} view={view} />}
        />
      ) : phase === "failed" ? (
        <div class="empty" role="alert">
          <Icon name="alert" />
          <p>{t("listFailed")}</p>
          <button type="button" class="button" onClick={() => void list.load()}>
            {t("retry")}
          </button>
        </div>
      ) : phase !== "ready" ? (
        <div class="bones" role="status">
          <span class="sr">{t("loading")}</span>
          {[0, 1, 2, 3, 4].map((i) => (
            <i key={i} />
          ))}
        </div>
      ) : (
        <Empty view={view} searching={desk.query.value !== ""} />
      )}
    </div>
  );
});

function Empty({ view, searching }: { view: View; searching: boolean }) {
  const [title, hint] = nothing[view];
  const icons: Record<View, IconName> = { queue: "check", mine: "chat", all: "chat", closed: "clock" };
  return (
    <div class="empty">
      <Icon name={searching ? "search" : icons[view]} />
      <p>{t(searching ? "emptySearch" : title)}</p>
      {!searching && hint && <small>{t(hint)}</small>}
    </div>
  );
}

const Entry = reactive(({ desk, row, view }: { desk: Desk; row: Row; view: View }) => {
  const open = desk.selected.value === row.session;
  const waiting = row.owner === "waiting";
  const unread = desk.unread(row);
  return (
    <div class={`entry${open ? " open" : ""}${unread ? " unread" : ""}`}>
      <button type="button" class="entry-main" aria-current={open ? "true" : undefined} onClick={() => desk.open(row.session)}>
        <span class="entry-top">
          <strong class="entry-name">{nameOf(row)}</strong>
          {row.rating ? (
            <span class="rated" title={t("rating")}>
              <Icon name="star" />
              {row.rating}
            </span>
          ) : null}
          {waiting && !row.offline ? <Wait at={row.since} /> : <time class="entry-time">{shortTime(row.ended_at ?? row.last?.at ?? row.since)}</time>}
        </span>
        <span class="entry-last">
          {unread && <span class="dot" role="img" aria-label={t("unread")} />}
          <span>{row.last ? lastWords(row) : ""}</span>
        </span>
        <span class="entry-tags">
          {waiting && row.prefer === desk.me.value?.id && <span class="chip manual_review">{t("forYou")}</span>}
          {row.offline && <span class="chip note">{t("offlineLeft")}</span>}
          {waiting && row.reason && <span class="chip">{word("reason", row.reason)}</span>}
          {row.decision && <span class={`chip ${row.decision}`}>{decisionWord(row.decision)}</span>}
          {view !== "mine" && row.agent_name && !waiting && <span class="chip plain">{row.agent_name}</span>}
          {(row.tags ?? []).slice(0, 3).map((tag) => (
            <span key={tag} class="chip tag">
              {tag}
            </span>
          ))}
        </span>
      </button>
      {waiting && desk.may("take") && (
        <button type="button" class="button small primary take" onClick={() => void desk.take(row.session)}>
          {t("take")}
        </button>
      )}
    </div>
  );
});

/** The masked name, or what there is to tell visitors apart by. */
export function nameOf(row: Row): string {
  return row.name || `${t("visitor")} ${row.session.slice(0, 5)}`;
}

export function decisionWord(value: string): string {
  const decision = word("decision", value);
  return decision === value ? word("app", value) : decision;
}

function lastWords({ last }: Row): string {
  if (!last) return "";
  const who = last.from === "agent" ? `${t("agent")}：` : last.from === "bot" ? `${t("bot")}：` : "";
  return who + last.text;
}

/** How long somebody has waited, ticking; red after a while. */
export const Wait = reactive(({ at }: { at: string }) => {
  const s = since(at);
  return (
    <span class={`wait${s >= 180 ? " late" : s >= 60 ? " soon" : ""}`}>
      <Icon name="clock" />
      {span(s)}
    </span>
  );
});
