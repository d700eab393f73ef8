import { h } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Row } from "../model/wire";
import type { Talk } from "../model/talk";
import { AssignDialog, Sure, TransferDialog } from "./commands";
import { Composer, type Mode } from "./composer";
import { Icon } from "./icons";
import { asked, type TalkAsk } from "./keys";
import { nameOf, Wait } from "./list";
import { Log } from "./log";

/** The middle column: the open conversation, or a word on what to do. */
export const Conversation = reactive(({ desk }: { desk: Desk }) => {
  const talk = desk.talk.value;
  if (!talk) {
    return (
      <section class="talk idle" aria-label={t("log")}>
        <div class="empty">
          <Icon name="chat" />
          <p>{t("pick")}</p>
          <small>{t("pickHint")}</small>
        </div>
      </section>
    );
  }
  return <Open key={talk.session} desk={desk} talk={talk} />;
});

type Asking = "transfer" | "return" | "close" | "assign" | null;

const Open = reactive(({ desk, talk }: { desk: Desk; talk: Talk }) => {
  const asking = useSignal<Asking>(null);
  const mode = useSignal<Mode>("reply");
  const input = useRef<HTMLTextAreaElement>(null);
  const row = desk.row.value;
  const mine = desk.mine(row);
  const ask = asked.value;

  // Before the next key.
  useLayoutEffect(() => {
    if (!ask || !("session" in ask)) return;
    if (ask.session === talk.session && !row) return; // it is still being read
    asked.value = null;
    if (ask.session === talk.session) follow(ask.what);
  }, [ask, row !== null]);

  function follow(wish: TalkAsk): void {
    if (wish === "take" && row?.owner === "waiting" && desk.may("take")) void desk.take(talk.session);
    if (!mine) return;
    if (wish === "transfer" || wish === "return" || wish === "close") asking.value = wish;
    if (wish === "reply" || wish === "note") {
      mode.value = wish;
      input.current?.focus();
    }
  }

  async function command(name: string, body: object = {}): Promise<void> {
    asking.value = null;
    await desk.attempt(() => talk.command(name, body));
  }

  if (talk.phase.value === "failed") {
    return (
      <section class="talk idle" aria-label={t("log")}>
        <div class="empty" role="alert">
          <Icon name="alert" />
          <p>{t("talkFailed")}</p>
          <button type="button" class="button" onClick={() => void talk.load()}>
            {t("retry")}
          </button>
          <button type="button" class="link narrow" onClick={() => desk.close()}>
            {t("back")}
          </button>
        </div>
      </section>
    );
  }

  return (
    <section class="talk" aria-label={t("log")}>
      <Head desk={desk} talk={talk} row={row} mine={mine} onAsk={(what) => (asking.value = what)} />
      <Log desk={desk} talk={talk} />
      {mine ? (
        <Composer desk={desk} talk={talk} mode={mode} input={input} />
      ) : (
        row && <Standing desk={desk} row={row} onAssign={() => (asking.value = "assign")} />
      )}
      {asking.value === "transfer" && <TransferDialog desk={desk} row={row} onClose={() => (asking.value = null)} onDo={(to) => void command("transfer", to)} />}
      {asking.value === "assign" && <AssignDialog desk={desk} row={row} onClose={() => (asking.value = null)} onDo={(agent) => void command("assign", { agent })} />}
      {asking.value === "return" && <Sure title={t("returnBot")} text={t("returnHint")} onClose={() => (asking.value = null)} onDo={() => void command("return")} />}
      {asking.value === "close" && <Sure title={t("close")} text={t("closeHint")} onClose={() => (asking.value = null)} onDo={() => void command("close")} />}
    </section>
  );
});

interface HeadProps {
  desk: Desk;
  talk: Talk;
  row: Row | null;
  mine: boolean;
  onAsk(what: Asking): void;
}

const Head = reactive(({ desk, talk, row, mine, onAsk }: HeadProps) => (
  <header class="talk-head">
    <button type="button" class="tool narrow" aria-label={t("back")} onClick={() => desk.close()}>
      <Icon name="back" />
    </button>
    <div class="talk-who">
      <h2>{row ? nameOf(row) : t("loading")}</h2>
      {row && <Status row={row} mine={mine} />}
    </div>
    {mine && (
      <div class="actions" role="group" aria-label={t("more")}>
        <button type="button" class="button" onClick={() => onAsk("transfer")}>
          <Icon name="transfer" />
          <span>{t("transfer")}</span>
        </button>
        <button type="button" class="button" onClick={() => onAsk("return")}>
          <Icon name="bot" />
          <span>{t("returnBot")}</span>
        </button>
        <button type="button" class="button" onClick={() => onAsk("close")}>
          <Icon name="check" />
          <span>{t("close")}</span>
        </button>
      </div>
    )}
    {row && desk.may("export") && row.owner !== "waiting" && (
      <button type="button" class="tool" aria-label={t("transcript")} title={t("transcript")} onClick={() => void desk.attempt(() => talk.transcript())}>
        <Icon name="download" />
      </button>
    )}
    <button type="button" class="tool narrow-panel" aria-label={t("details")} onClick={() => (desk.panel.value = true)}>
      <Icon name="panel" />
    </button>
  </header>
));

function Status({ row, mine }: { row: Row; mine: boolean }) {
  if (row.owner === "waiting") {
    return (
      <p class="status">
        {row.offline ? t("offlineLeft") : t("queue")} {!row.offline && <Wait at={row.since} />}
      </p>
    );
  }
  if (row.owner === "agent") return <p class="status on">{mine ? t("yours") : t("notYours", { n: row.agent_name ?? "" })}</p>;
  return <p class="status">{t("ended")}</p>;
}

interface StandingProps {
  desk: Desk;
  row: Row;
  onAssign(): void;
}

/** Where the composer would be, for who cannot write here. */
const Standing = reactive(({ desk, row, onAssign }: StandingProps) => {
  const manage = desk.may("reassign") && (row.owner === "agent" || row.owner === "waiting");
  return (
    <footer class="standing">
      <p>
        {row.owner === "waiting" ? (row.offline ? t("offlineHint") : t("notTaken")) : row.owner === "agent" ? t("notYours", { n: row.agent_name ?? "" }) : t("ended")}
      </p>
      {manage && (
        <button type="button" class="button" onClick={onAssign}>
          {t("assign")}
        </button>
      )}
      {row.owner === "agent" && desk.may("reassign") && (
        <button type="button" class="button primary" onClick={() => void desk.attempt(() => desk.talk.value!.command("join"))}>
          {t("join")}
        </button>
      )}
      {row.owner === "waiting" && desk.may("take") && (
        <button type="button" class="button primary" onClick={() => void desk.take(row.session)}>
          {t("take")}
        </button>
      )}
    </footer>
  );
});
