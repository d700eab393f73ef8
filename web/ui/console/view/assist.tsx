import { h } from "preact";
import { reactive, useSignal } from "../../shared/reactive";
import { t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Talk } from "../model/talk";
import { Icon } from "./icons";

interface SummaryProps {
  desk: Desk;
  talk: Talk;
}

/** What the conversation was about, in a model's words, once somebody asks. */
export const Summary = reactive(({ desk, talk }: SummaryProps) => {
  const busy = useSignal(false);
  const text = useSignal<string | null>(null);

  async function ask(): Promise<void> {
    busy.value = true;
    await desk.attempt(async () => void (text.value = await talk.summary()));
    busy.value = false;
  }

  return (
    <section class="section assist" aria-busy={busy.value}>
      <h3>
        {t("summary")}
        <button type="button" class="link" disabled={busy.value} onClick={() => void ask()}>
          {busy.value ? t("thinking") : t(text.value === null ? "summarize" : "again")}
        </button>
      </h3>
      <div role="status">
        {text.value && (
          <p class="summary">
            <span class="chip">{t("ai")}</span> {text.value}
          </p>
        )}
        {text.value === "" && <p class="none">{t("noSummary")}</p>}
        {text.value && <p class="hint">{t("aiCheck")}</p>}
      </div>
    </section>
  );
});

interface SuggestProps {
  desk: Desk;
  talk: Talk;
  draft: string;
  onText(text: string): void;
}

/** Fills the empty composer with what a model would answer. It sends nothing. */
export const Suggest = reactive(({ desk, talk, draft, onText }: SuggestProps) => {
  const busy = useSignal(false);
  const filled = useSignal("");
  const none = useSignal(false);

  async function ask(): Promise<void> {
    busy.value = true;
    none.value = false;
    await desk.attempt(async () => {
      const text = await talk.suggestion();
      none.value = !text;
      if (!text || desk.drafts.peek().get(talk.session)) return; // the agent has begun to write
      filled.value = text;
      onText(text);
    });
    busy.value = false;
  }

  return (
    <p class="suggest">
      <button type="button" class="link" disabled={busy.value || draft !== ""} onClick={() => void ask()}>
        <Icon name="bolt" />
        {busy.value ? t("thinking") : t("suggest")}
      </button>
      <span role="status">{none.value ? t("noSuggestion") : draft !== "" && draft === filled.value ? t("aiCheck") : ""}</span>
    </p>
  );
});
