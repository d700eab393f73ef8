// What calls an agent who looks elsewhere: sound, notification, the title.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startBrowser } from "../lib/browser.js";
import { openConsole } from "../lib/console.js";
import { desksFile, startServer } from "../lib/server.js";
import { eventually, newVisitor } from "../lib/widget.js";

const [up, down] = [[660, 880], [784, 587]];

/** Writes down what the page begins to play or show, and what was played or shown to the end. */
function listenIn() {
  const calls = { begun: [], done: [] };
  globalThis.calls = calls;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    const pitch = Math.round(this.frequency.value);
    calls.begun.push(pitch);
    this.addEventListener("ended", () => calls.done.push(pitch)); // a context that does not run ends nothing
    return start.apply(this, when);
  };
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      calls.begun.push(options.body);
      this.addEventListener("show", () => calls.done.push(options.body));
    }
  };
}

async function tell(widget, text) {
  await widget.input.fill(text);
  await widget.input.press("Enter");
  await widget.said.filter({ hasText: text }).last().waitFor();
}

test("an agent who looks elsewhere hears and sees it; nobody else does", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t, "--desks-file", await desksFile(t, 1));
  const lin = await openConsole(t, browser, server, "agent1", { permissions: ["notifications"] });
  const { page } = lin;
  await page.addInitScript(listenIn);
  await page.reload();
  await lin.online();
  await lin.button("设置").click(); // a gesture, without which a browser plays nothing
  await lin.dialog.getByRole("switch", { name: "桌面通知" }).check();
  await lin.dialog.getByRole("button", { name: "关闭" }).click();

  const tools = await page.context().newCDPSession(page);
  const focused = (want) => eventually(async () => assert.equal(await page.evaluate(() => document.hasFocus()), want));
  const comeBack = () => page.bringToFront().then(() => focused(true));
  const leave = async () => {
    const elsewhere = await page.context().newPage();
    await elsewhere.bringToFront();
    // By itself the browser under test tells every page that it has the focus.
    for (const enabled of [true, false]) await tools.send("Emulation.setFocusEmulationEnabled", { enabled });
    await focused(false);
  };
  /** What was played and shown since it was last asked, once all of that has come to its end. */
  const called = async (want) => {
    const sorted = (all) => all.map(String).toSorted();
    await eventually(async () => assert.deepEqual(sorted(await page.evaluate(() => globalThis.calls.done)), sorted(want)));
    assert.deepEqual(sorted(await page.evaluate(() => globalThis.calls.begun)), sorted(want));
    await page.evaluate(() => (globalThis.calls.begun.length = globalThis.calls.done.length = 0));
  };
  const titled = (pattern) => eventually(async () => assert.match(await page.title(), pattern));
  const heard = async (text) => page.locator(".entry-last").filter({ hasText: text }).waitFor();

  await lin.view("我的");
  await leave();
  const first = await newVisitor(t, browser, server);
  await first.say("转人工");
  await called([...up, "有访客分配给您接待"]);
  await tell(first, "有人吗");
  await called([...down, "您接待的访客发来新消息"]);
  await titled(/^\(1\) /);
  const second = await newVisitor(t, browser, server);
  await second.say("转人工");
  await called([...up, "有访客在排队等待"]);
  await titled(/^\(2\) /);

  await comeBack();
  await tell(first, "看着的时候说的");
  await heard("看着的时候说的");
  await called([]);
  await lin.rows.first().click();
  await titled(/^\(1\) /);

  // On a page that was loaded again, the first word counts like any other.
  await page.reload();
  await lin.online();
  await page.mouse.click(5, 5);
  await lin.view("我的");
  await heard("看着的时候说的");
  await leave();
  await tell(first, "重新打开以后说的");
  await called([...down, "您接待的访客发来新消息"]);

  // From here on nothing is clicked: that would give the page the focus.
  const present = async (state) => {
    await page.evaluate((state) => fetch("/v1/desk/presence", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ state }) }), state);
    await eventually(async () => assert.equal(await lin.presence.inputValue(), state));
  };
  await present("away");
  await tell(first, "离开的时候说的");
  await heard("离开的时候说的");
  await called([]);

  await present("busy");
  await lin.button("设置").dispatchEvent("click");
  for (const name of ["桌面通知", "提示音"]) await lin.dialog.getByRole("switch", { name }).dispatchEvent("click");
  await tell(first, "静音的时候说的");
  await heard("静音的时候说的");
  await called([]);
  await titled(/^\(2\) /);
});
