import { h } from "preact";
import { reactive, useSignal } from "../../shared/reactive";
import { t } from "../lib/i18n";
import type { Desk } from "../model/desk";
import type { Talk } from "../model/talk";
import type { Row } from "../model/wire";
import { Icon } from "./icons";

/** As the server has it. */
const [most, longest] = [8, 12];

/** The conversation's tags, and a field for one more. */
export const Tags = reactive(({ desk, talk, row }: { desk: Desk; talk: Talk; row: Row }) => {
  const text = useSignal("");
  const tags = talk.packet.value?.row.tags ?? row.tags ?? [];
  const may = desk.may("note") && (desk.mine(row) || desk.may("reassign"));

  async function add(): Promise<void> {
    const tag = text.value.trim();
    if (!tag || tags.includes(tag)) return;
    if (await desk.attempt(() => talk.setTags([...tags, tag]))) text.value = "";
  }

  return (
    <div class="tags">
      {tags.length === 0 && !may && <p class="none">{t("noTags")}</p>}
      {tags.map((tag) => (
        <span key={tag} class="chip tag">
          {tag}
          {may && (
            <button type="button" aria-label={t("removeTag", { n: tag })} onClick={() => void desk.attempt(() => talk.setTags(tags.filter((x) => x !== tag)))}>
              <Icon name="close" />
            </button>
          )}
        </span>
      ))}
      {may && tags.length < most && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void add();
          }}
        >
          <input value={text.value} placeholder={t("addTag")} aria-label={t("addTag")} maxLength={longest} onInput={(e) => (text.value = e.currentTarget.value)} />
        </form>
      )}
    </div>
  );
});
