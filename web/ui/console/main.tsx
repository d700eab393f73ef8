// The agents' console, a page of its own.
import { effect } from "@preact/signals-core";
import { h, render } from "preact";
import { alert } from "./lib/alerts";
import { lang, t } from "./lib/i18n";
import { startClock } from "./lib/time";
import { Desk } from "./model/desk";
import { App } from "./view/app";
import "./style/base.css";
import "./style/shell.css";
import "./style/list.css";
import "./style/talk.css";
import "./style/panel.css";
import "./style/pages.css";

const desk = new Desk();
desk.onAlert = alert;
effect(() => {
  document.documentElement.lang = lang.value === "en" ? "en" : "zh-CN";
  const count = desk.phase.value === "ready" ? desk.wanted.value : 0;
  document.title = (count > 0 ? `(${count}) ` : "") + t("title");
});
addEventListener("focus", () => {
  desk.seen();
  void desk.resume();
});
startClock();
render(<App desk={desk} />, document.getElementById("app")!);
void desk.begin();
