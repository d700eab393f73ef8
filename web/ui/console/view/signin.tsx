import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { reactive, useSignal } from "../../shared/reactive";
import { errorText } from "../lib/english";
import { lang, setLang, t } from "../lib/i18n";
import { ApiError } from "../model/api";
import type { Desk } from "../model/desk";
import { Icon } from "./icons";

const providerErrors = ["oidc_failed", "oidc_role", "oidc_account", "oidc_limited", "oidc_unavailable"] as const;

function isProviderError(code: string): code is (typeof providerErrors)[number] {
  return (providerErrors as readonly string[]).includes(code);
}

/** Account and password first; a one-time code when the account asks for one. */
export const SignIn = reactive(({ desk }: { desk: Desk }) => {
  const problem = useSignal("");
  const provider = useSignal(false);
  const busy = useSignal(false);
  const needsCode = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const code = useRef<HTMLInputElement>(null);

  useEffect(() => {
    form.current?.querySelector("input")?.focus();
    const refused = new URLSearchParams(location.search).get("error") ?? "";
    if (isProviderError(refused)) {
      problem.value = t(refused);
      history.replaceState(null, "", location.pathname + location.hash);
    }
    desk.api.get<{ oidc: boolean }>("options").then(
      (options) => (provider.value = options.oidc),
      () => undefined, // a password will do
    );
  }, []);
  useEffect(() => {
    if (needsCode.value) code.current?.focus();
  }, [needsCode.value]);

  async function submit(): Promise<void> {
    if (busy.value) return;
    const fields = new FormData(form.current!);
    const field = (name: string) => String(fields.get(name) ?? "").trim();
    busy.value = true;
    problem.value = "";
    try {
      needsCode.value = !(await desk.signIn(field("account"), String(fields.get("password") ?? ""), field("code")));
    } catch (err) {
      if (!(err instanceof ApiError)) throw err;
      problem.value = err.status === 0 ? t("noServer") : err.status === 401 ? t("wrong") : errorText(err);
      code.current?.select();
    } finally {
      busy.value = false;
    }
  }

  return (
    <main class="signin">
      <form
        ref={form}
        class="signin-card"
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <span class="emblem" aria-hidden="true">
          <Icon name="headset" />
        </span>
        <h1>{t("title")}</h1>
        <p class="tagline">{t("tagline")}</p>
        {desk.expired.value && (
          <p class="banner warn" role="status">
            <Icon name="clock" />
            {t("expired")}
          </p>
        )}
        <label class="field">
          <span>{t("account")}</span>
          <input name="account" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={64} />
        </label>
        <label class="field">
          <span>{t("password")}</span>
          <input name="password" type="password" autocomplete="current-password" required maxLength={256} />
        </label>
        {needsCode.value && (
          <label class="field">
            <span>{t("code")}</span>
            <input ref={code} name="code" class="otp" inputMode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" maxLength={7} required aria-describedby="code-hint" />
            <small id="code-hint">{t("codeHint")}</small>
          </label>
        )}
        {problem.value && (
          <p class="banner bad" role="alert">
            <Icon name="alert" />
            {problem.value}
          </p>
        )}
        <button type="submit" class="button primary block" disabled={busy.value}>
          {busy.value ? t("signingIn") : t("signIn")}
        </button>
        {provider.value && (
          // What was typed stays in this window when its login has ended.
          <a class="button block" href="/v1/desk/oidc/start" target={desk.expired.value ? "_blank" : undefined}>
            {t("orSignIn")}
          </a>
        )}
      </form>
      <button type="button" class="link lang" lang={lang.value === "zh" ? "en" : "zh-CN"} onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>
        {lang.value === "zh" ? "English" : "中文"}
      </button>
    </main>
  );
});
