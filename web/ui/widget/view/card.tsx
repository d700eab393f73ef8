import { h } from "preact";
import type { ChatEvent } from "../../shared/protocol";
import { timeOfDay } from "../chat/time";
import { Icon, type IconName } from "./icons";

type Outcome = { title: string; icon: IconName };

const submitted: Outcome = { title: "申请已提交", icon: "ok" };
const decisions: Record<string, Outcome> = {
  eligible: { title: "符合开通条件", icon: "ok" },
  not_eligible: { title: "暂不符合开通条件", icon: "minus" },
  manual_review: { title: "转人工复核", icon: "wait" },
};

/**
 * What has become of an application. A decision has its outcome in words and
 * sign, its reasons, and what to do next.
 */
export function Card({ event }: { event: ChatEvent }) {
  const decided = event.code === "application.decided";
  // What we do not know is for a person to look at, here as on the server.
  const decision = event.data?.decision && event.data.decision in decisions ? event.data.decision : "manual_review";
  const { title, icon } = decided ? decisions[decision]! : submitted;
  const reasons = event.data?.reasons;
  return (
    <section class={`card ${decided ? decision : "submitted"}`} aria-label={decided ? "评估结果" : "申请进度"}>
      {decided && <p class="kicker">评估结果</p>}
      <h2>
        <Icon name={icon} />
        {title}
      </h2>
      {decided && reasons && (
        <ul>
          {reasons.map((r) => (
            <li key={r.code}>{r.text_zh}</li>
          ))}
        </ul>
      )}
      <p class="text">{event.text}</p>
      <Time at={event.at} />
    </section>
  );
}

export function Time({ at }: { at: string }) {
  return (
    <p class="meta">
      <time dateTime={at}>{timeOfDay(at)}</time>
    </p>
  );
}
