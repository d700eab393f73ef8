import { h, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { labelOf, named, reasonText } from "../lib/english";
import { t, word } from "../lib/i18n";
import { fullTime, now, shortTime, span } from "../lib/time";
import type { Desk } from "../model/desk";
import type { Talk } from "../model/talk";
import type { Detail, Packet, Row } from "../model/wire";
import { Summary } from "./assist";
import { Icon, type IconName } from "./icons";
import { nameOf, Wait } from "./list";
import { RevealDialog } from "./reveal";
import { Tags } from "./tags";

/** The right column: what the agent should know at once, the packet. */
export const Panel = reactive(({ desk }: { desk: Desk }) => {
  const talk = desk.talk.value;
  const packet = talk?.packet.value;
  const row = desk.row.value;
  if (!talk || !packet || !row) return <aside class="panel" aria-label={t("details")} />;
  return (
    <aside class="panel" aria-label={t("details")}>
      <header class="panel-head">
        <button type="button" class="tool narrow-panel" aria-label={t("closeDialog")} onClick={() => (desk.panel.value = false)}>
          <Icon name="back" />
        </button>
        <h2>{nameOf(row)}</h2>
      </header>
      <div class="panel-body">
        <Reason packet={packet} row={row} desk={desk} />
        {desk.me.value?.assistant && <Summary key={`${talk.session}#summary`} desk={desk} talk={talk} />}
        <Details desk={desk} talk={talk} details={packet.details ?? []} row={row} />
        <Progress packet={packet} />
        <Application packet={packet} />
        <Section title={t("tags")}>
          <Tags key={talk.session} desk={desk} talk={talk} row={row} />
        </Section>
        <Earlier desk={desk} packet={packet} />
      </div>
    </aside>
  );
});

function Section({ title, children, aside }: { title: string; children: ComponentChildren; aside?: ComponentChildren }) {
  return (
    <section class="section">
      <h3>
        {title}
        {aside}
      </h3>
      {children}
    </section>
  );
}

function nameOfDesk(desk: Desk, id: string): string | undefined {
  const found = desk.desks.value.find((d) => d.id === id);
  return found && named(found.name, found.name_en);
}

interface ReasonProps {
  packet: Packet;
  row: Row;
  desk: Desk;
}

const Reason = reactive(({ packet, row, desk }: ReasonProps) => {
  const waiting = row.owner === "waiting";
  return (
    <Section title={t("handoff")} aside={<small>{t("number", { n: (packet.earlier?.length ?? 0) + 1 })}</small>}>
      <dl class="facts">
        <Fact name={t("reason")}>{row.reason ? word("reason", row.reason) : "–"}</Fact>
        <Fact name={t("toDesk")}>{nameOfDesk(desk, row.desk) ?? row.desk}</Fact>
        <Fact name={t("waitedFor")}>{waiting ? <Wait at={row.since} /> : span(row.wait_s ?? 0)}</Fact>
        {row.rating ? (
          <Fact name={t("rating")}>
            <Stars n={row.rating} />
          </Fact>
        ) : null}
      </dl>
      {packet.comment && <blockquote class="comment">{packet.comment}</blockquote>}
    </Section>
  );
});

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Stars({ n }: { n: number }) {
  return (
    <span class="stars" role="img" aria-label={t("stars", { n })}>
      {[1, 2, 3, 4, 5].map((i) => (
        <span key={i} class={i <= n ? "full" : "hollow"}>
          <Icon name="star" />
        </span>
      ))}
    </span>
  );
}

interface DetailsProps {
  desk: Desk;
  talk: Talk;
  details: readonly Detail[];
  row: Row;
}

const marks: Record<Detail["state"], IconName> = { given: "check", missing: "clock", corrected: "note", refused: "alert" };

const Details = reactive(({ desk, talk, details, row }: DetailsProps) => {
  const asking = useSignal<Detail | null>(null);
  const may = desk.may("reveal") && desk.mine(row);
  return (
    <Section title={t("details")}>
      {details.length === 0 ? (
        <p class="none">{t("noDetails")}</p>
      ) : (
        <ul class="details">
          {details.map((d) => (
            <li key={d.kind} class={d.state}>
              <span class="mark" role="img" aria-label={t(d.state)} title={t(d.state)}>
                <Icon name={marks[d.state] ?? "clock"} />
              </span>
              <span class="detail-label">{labelOf(d)}</span>
              <Value talk={talk} detail={d} />
              {may && d.masked && !talk.shown.value.has(d.kind) && (
                <button type="button" class="tool small" aria-label={`${t("reveal")} ${labelOf(d)}`} title={t("reveal")} onClick={() => (asking.value = d)}>
                  <Icon name="eye" />
                </button>
              )}
              {d.reason && <small class="why">{d.reason}</small>}
            </li>
          ))}
        </ul>
      )}
      {asking.value && <RevealDialog desk={desk} talk={talk} detail={asking.value} onClose={() => (asking.value = null)} />}
    </Section>
  );
});

/** Masked; in full for as long as it was asked for. */
const Value = reactive(({ talk, detail }: { talk: Talk; detail: Detail }) => {
  const shown = talk.shown.value.get(detail.kind);
  const left = shown ? Math.ceil((shown.until - now.value) / 1000) : 0;
  if (!shown || left <= 0) return <span class="detail-value">{detail.masked || "–"}</span>;
  return (
    <span class="detail-value revealed">
      <span class="plain">{shown.value}</span>
      <Hide left={left} onHide={() => talk.hide(detail.kind)} />
    </span>
  );
});

/** Takes the focus from the button that asked for the detail, which is gone. */
function Hide({ left, onHide }: { left: number; onHide(): void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <button ref={button} type="button" class="link" onClick={onHide} aria-label={t("hideNow")}>
      <Icon name="eyeoff" />
      {t("hidesIn", { n: left })}
    </button>
  );
}

function Progress({ packet }: { packet: Packet }) {
  const { progress } = packet;
  if (!progress || progress.steps === 0) return null;
  return (
    <Section
      title={t("progress")}
      aside={
        <small>
          {progress.done}/{progress.steps}
        </small>
      }
    >
      <progress max={progress.steps} value={progress.done} aria-label={t("progress")} />
      {packet.step && <p class="step">{named(packet.step, packet.step_en)}</p>}
    </Section>
  );
}

function Application({ packet }: { packet: Packet }) {
  const app = packet.application;
  if (!app) return null;
  return (
    <Section title={t("application")} aside={<small class="mono">{app.id.slice(0, 10)}</small>}>
      <p class={`verdict ${app.decision ?? "open"}`}>
        <Icon name={app.decision === "eligible" ? "check" : app.decision ? "alert" : "clock"} />
        {app.decision ? word("decision", app.decision) : word("app", app.status)}
      </p>
      {(app.reasons ?? []).length > 0 && (
        <ul class="reasons">
          {app.reasons!.map((r) => (
            <li key={r.code}>
              <code>{r.code}</code>
              {reasonText(r)}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Earlier({ desk, packet }: { desk: Desk; packet: Packet }) {
  const earlier = packet.earlier ?? [];
  if (earlier.length === 0) return null;
  return (
    <Section title={t("earlier")}>
      <ol class="earlier">
        {earlier.toReversed().map((p) => (
          <li key={p.since}>
            <time dateTime={p.since} title={fullTime(p.since)}>
              {shortTime(p.since)}
            </time>
            <span>{word("reason", p.reason)}</span>
            <small>{[nameOfDesk(desk, p.desk), p.agent_name].filter(Boolean).join(" · ")}</small>
            {p.rating ? <Stars n={p.rating} /> : null}
          </li>
        ))}
      </ol>
    </Section>
  );
}
