import { h } from "preact";
import { reactive } from "../../shared/reactive";
import { t, word, type Key } from "../lib/i18n";
import type { Desk, Page } from "../model/desk";
import type { Presence } from "../model/wire";
import { Icon, type IconName } from "./icons";
import { Settings } from "./settings";

const states: readonly Presence[] = ["online", "busy", "away"];

/** Where to go, who one is, and whether visitors may come. */
export const Rail = reactive(({ desk }: { desk: Desk }) => {
  const me = desk.me.value;
  if (!me) return null;
  return (
    <nav class="rail" aria-label={t("title")}>
      <span class="logo" aria-hidden="true">
        <Icon name="headset" />
      </span>
      {desk.may("read") && <Go desk={desk} page="talks" name="talks" icon="chat" badge={desk.waiting.value} />}
      {desk.may("overview") && <Go desk={desk} page="overview" name="overview" icon="chart" />}
      {desk.may("audit") && <Go desk={desk} page="audit" name="audit" icon="shield" />}
      {desk.may("accounts") && <Go desk={desk} page="accounts" name="accounts" icon="agent" />}
      <span class="gap" />
      {desk.may("presence") && (
        <label class={`presence ${me.presence}`} title={t("presence")}>
          <span class="sr">{t("presence")}</span>
          <select value={me.presence} onChange={(e) => void desk.setPresence(e.currentTarget.value as Presence)}>
            {states.map((s) => (
              <option key={s} value={s}>
                {t(s)}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" class="go" onClick={() => (desk.settings.value = true)} title={`${me.name} · ${word("role", me.role)}`}>
        <Icon name="gear" />
        <span>{t("settings")}</span>
      </button>
      {desk.settings.value && <Settings desk={desk} onClose={() => (desk.settings.value = false)} />}
    </nav>
  );
});

interface GoProps {
  desk: Desk;
  page: Page;
  name: Key;
  icon: IconName;
  badge?: number;
}

const Go = reactive(({ desk, page, name, icon, badge = 0 }: GoProps) => (
  <button type="button" class="go" aria-current={desk.page.value === page ? "page" : undefined} onClick={() => desk.go(page)}>
    <Icon name={icon} />
    <span>{t(name)}</span>
    {badge > 0 && <b class="badge">{badge > 99 ? "99+" : badge}</b>}
  </button>
));
