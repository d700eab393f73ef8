import { h } from "preact";
import type { ChatEvent } from "../../shared/protocol";
import { timeOfDay } from "../chat/time";
import { Icon, type IconName } from "./icons";

const decisions: Record<string, { name: string; icon: IconName }> = {
  eligible: { name: "符合条件", icon: "ok" },
  not_eligible: { name: "暂不符合条件", icon: "minus" },
  manual_review: { name: "人工复核", icon: "wait" },
};

/**
 * The answer of the check: the outcome in words and sign, then the operator's
 * own words (the first line is their title), which name the reasons.
 */
export function Decision({ event }: { event: ChatEvent }) {
  // What we do not know is for a person to look at, here as on the server.
  const given = event.data?.decision;
  const decision = given && given in decisions ? given : "manual_review";
  const { name, icon } = decisions[decision]!;
  const [title, ...body] = event.text.split("\n");
  const unsaid = (event.data?.reasons ?? []).filter((r) => !event.text.includes(r.text_zh));
  return (
    <section class={`card ${decision}`} aria-label="评估结果">
      <p class="kicker">评估结果：{name}</p>
      <h2>
        <Icon name={icon} />
        {title}
      </h2>
      <Lines text={[...unsaid.map((r) => `・${r.text_zh}`), ...body].join("\n")} />
      <Time at={event.at} />
    </section>
  );
}

export function Submitted({ event }: { event: ChatEvent }) {
  return (
    <section class="card submitted" aria-label="申请进度">
      <Icon name="ok" />
      <div>
        <Lines text={event.text} />
        <Time at={event.at} />
      </div>
    </section>
  );
}

/** Text as text, its lists (lines that begin with a dot) set as lists. */
export function Lines({ text }: { text: string }) {
  return (
    <p class="text">
      {text.split("\n").map((line, i) => (
        <span key={i} class={line.startsWith("・") ? "line item" : "line"}>
          {line}
        </span>
      ))}
    </p>
  );
}

export function Time({ at }: { at: string }) {
  return (
    <p class="meta">
      <time dateTime={at}>{timeOfDay(at)}</time>
    </p>
  );
}
