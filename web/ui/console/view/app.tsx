import { h } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { lang, t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import { Accounts } from "./accounts";
import { Audit } from "./audit";
import { Icon } from "./icons";
import { asked, listen, Sheet } from "./keys";
import { Inbox } from "./list";
import { Overview } from "./overview";
import { Panel } from "./panel";
import { Rail } from "./rail";
import { SignIn } from "./signin";
import { Conversation } from "./talk";

export const App = reactive(({ desk }: { desk: Desk }) => {
  switch (desk.phase.value) {
    case "starting":
      return (
        <main class="blank">
          <p role="status" class="sr">
            {t("loading")}
          </p>
          <i class="spinner" />
        </main>
      );
    case "failed":
      return (
        <main class="blank">
          <Icon name="alert" />
          <p role="alert">{t("noServer")}</p>
          <button type="button" class="button primary" onClick={() => void desk.begin()}>
            {t("retry")}
          </button>
        </main>
      );
    case "signin":
      return <SignIn key={lang.value} desk={desk} />;
    case "ready":
      return <Workplace key={lang.value} desk={desk} />;
  }
});

const Workplace = reactive(({ desk }: { desk: Desk }) => {
  const sheet = useSignal(false);
  const ask = asked.value;
  useEffect(() => listen(desk), []);
  useLayoutEffect(() => {
    if (ask?.what !== "sheet") return;
    asked.value = null;
    sheet.value = true;
  }, [ask]);
  const page = desk.page.value;
  const at = desk.panel.value ? " at-panel" : desk.selected.value ? " at-talk" : " at-list";
  return (
    <div class={`shell page-${page}${page === "talks" ? at : ""}`}>
      <Rail desk={desk} />
      <div class="stage">
        <Link desk={desk} />
        {page === "talks" && (
          <main class="columns">
            <h1 class="sr">{t("title")}</h1>
            <Inbox desk={desk} />
            <Conversation desk={desk} />
            <Panel desk={desk} />
          </main>
        )}
        {page === "overview" && <Overview desk={desk} />}
        {page === "audit" && <Audit desk={desk} />}
        {page === "accounts" && <Accounts desk={desk} />}
      </div>
      {desk.toast.value && (
        <p class="toast" role="alert" title={desk.said === desk.toast.value ? undefined : desk.said}>
          {desk.toast.value}
        </p>
      )}
      {sheet.value && <Sheet onClose={() => (sheet.value = false)} />}
    </div>
  );
});

/** What stands between the console and the server, if anything does. */
const Link = reactive(({ desk }: { desk: Desk }) => {
  const link = desk.link.value;
  if (link === "online" || !desk.may("read")) return null;
  return (
    <p class={`banner ${link === "connecting" ? "calm" : "warn"}`} role="status">
      <Icon name={link === "offline" ? "alert" : "clock"} />
      <span>{t(link)}</span>
      {link !== "connecting" && (
        <button type="button" class="link" onClick={() => desk.retry()}>
          {t("retry")}
        </button>
      )}
    </p>
  );
});
