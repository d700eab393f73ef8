// Reloads, tabs, lost networks and restarted servers: the same conversation,
// nothing lost, nothing twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAccessible, networkErrors, newContext, shot, startBrowser } from "../lib/browser.js";
import { startServer } from "../lib/server.js";
import { Widget, applicants, eventually } from "../lib/widget.js";

async function openWidget(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  const widget = new Widget(page);
  await widget.open();
  return widget;
}

test("a reload goes on where it was", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser);
  const widget = await openWidget(context, server.url);
  await widget.say("开通分付");
  await widget.press("同意");
  const before = await widget.transcript();

  await widget.page.reload();
  await widget.open();
  await widget.choices.filter({ hasText: "同意" }).first().waitFor();
  assert.deepEqual(await widget.transcript(), before);
  await widget.press("同意");
  await widget.say(applicants.eligible.name);
  assert.ok((await widget.transcript()).length > before.length);
});

test("a draft survives a reload, but none while a question is open", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser);
  const widget = await openWidget(context, server.url);
  const frame = await widget.frame();

  await widget.input.fill("我想先问一下");
  assert.equal(await frame.evaluate(() => sessionStorage.getItem("fenfu.draft")), "我想先问一下");
  await widget.page.reload();
  await widget.open();
  assert.equal(await widget.input.inputValue(), "我想先问一下");

  for (const detail of ["13800138000", "1380 0138 000", "me@example.com", "一三八零零一三八零零零"]) {
    await widget.input.fill(detail);
    const kept = await (await widget.frame()).evaluate(() => sessionStorage.getItem("fenfu.draft"));
    assert.equal(kept, null, detail);
  }
  await widget.say("开通分付");
  await widget.press("同意");
  await widget.press("同意");
  await widget.input.fill(applicants.eligible.name);
  assert.equal(await (await widget.frame()).evaluate(() => JSON.stringify(sessionStorage)), "{}");
  const stored = await (await widget.frame()).evaluate(() => JSON.stringify(localStorage));
  assert.ok(!stored.includes(applicants.eligible.name), stored);
});

test("two tabs share one conversation, in the same order", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser);
  const first = await openWidget(context, server.url);
  await first.say("开通分付");
  const second = await openWidget(context, server.url);
  await second.choices.filter({ hasText: "同意" }).first().waitFor();
  assert.deepEqual(await second.transcript(), await first.transcript());

  await second.press("同意");
  await first.say("开通分付需要什么条件");
  await eventually(async () => assert.deepEqual(await second.transcript(), await first.transcript()));
});

test("what is said with the panel closed is counted, in both tabs, until it is read", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser);
  const first = await openWidget(context, server.url);
  await first.say("你好");
  await first.button("收起聊天窗口").click();
  await first.badge.waitFor({ state: "hidden" });

  await first.page.evaluate(() => window.fenfu.send("开通分付需要什么条件"));
  await first.badge.waitFor();
  const count = Number(await first.badge.innerText());
  assert.ok(count >= 1);
  assert.match(await first.launcher.getAttribute("aria-label"), new RegExp(`${count} 条未读`));
  await shot(first.page, "desktop-light-10-unread");

  const page = await context.newPage();
  await page.goto(server.url);
  const second = new Widget(page);
  await second.badge.waitFor();
  assert.equal(Number(await second.badge.innerText()), count);

  await first.page.bringToFront();
  await first.launcher.click();
  await first.badge.waitFor({ state: "hidden" });
  await second.badge.waitFor({ state: "hidden" });
  await page.reload();
  await second.launcher.waitFor();
  await eventually(async () => assert.equal(await (await second.frame()).evaluate(() => document.querySelectorAll(".msg").length > 3), true));
  await second.badge.waitFor({ state: "hidden" });
});

test("without a network text waits, and goes out once when it is back", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser, "desktop-light", { allow: networkErrors });
  const widget = await openWidget(context, server.url);
  await widget.say("你好");

  await context.setOffline(true);
  await widget.status.filter({ hasText: "网络已断开" }).waitFor();
  await widget.input.fill("开通分付");
  await widget.input.press("Enter");
  await widget.chat.getByText("等待网络，将自动发送").waitFor();
  await shot(widget.page, "desktop-light-11-offline");
  await checkAccessible(await widget.frame(), "offline");

  await context.setOffline(false);
  await widget.online();
  await widget.choices.filter({ hasText: "同意" }).first().waitFor();
  await widget.pending.waitFor({ state: "detached" });
  assert.equal(await widget.said.filter({ hasText: "开通分付" }).count(), 1);
});

for (const [how, signal] of [
  ["that says goodbye", "SIGTERM"],
  ["that is killed", "SIGKILL"],
]) {
  test(`a server ${how} and comes back costs nothing`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const server = await startServer(t);
    const context = await newContext(t, browser, "phone-light", { allow: networkErrors });
    const widget = await openWidget(context, server.url);
    await widget.say("开通分付");
    await widget.press("同意");
    // The embedded store writes such turns every 200 ms: a reload takes longer,
    // so that what is checked below is the widget.
    await widget.page.reload();
    await widget.open();
    await widget.choices.filter({ hasText: "同意" }).first().waitFor();
    const before = await widget.transcript();

    await server.stop(signal);
    await widget.status.filter({ hasText: "重新连接" }).waitFor();
    await widget.input.fill("开通分付需要什么条件");
    await widget.input.press("Enter");
    await widget.chat.getByText("等待网络，将自动发送").waitFor();
    await widget.chat.getByText("暂时连接不上").waitFor();
    await shot(widget.page, `phone-light-12-reconnecting-${signal}`);
    await checkAccessible(await widget.frame(), "reconnecting");

    await server.start();
    await widget.button("立即重试").click({ timeout: 2_000 }).catch(() => {}); // unless it was quicker
    await widget.online();
    await widget.pending.waitFor({ state: "detached" });
    await eventually(async () => assert.ok((await widget.transcript()).length >= before.length + 2));
    const after = await widget.transcript();
    assert.deepEqual(after.slice(0, before.length), before);
    assert.equal(after.filter((text) => text === "开通分付需要什么条件").length, 1);
  });
}

test("a session that has expired is replaced, with a word, and nothing is sent unasked", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser);
  const widget = await openWidget(context, server.url);
  await widget.say("开通分付");
  await (await widget.frame()).evaluate(() => {
    const ticket = JSON.parse(localStorage.getItem("fenfu.session"));
    localStorage.setItem("fenfu.session", JSON.stringify({ ...ticket, token: "no longer good" }));
  });
  await widget.page.reload();
  await widget.open();
  await widget.chat.getByText("上次的会话已过期").waitFor();
  assert.equal(await widget.said.count(), 0);
  await shot(widget.page, "desktop-light-13-expired");
  await widget.say("你好");
});

test("a new session in one tab is the session of the other, too", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser);
  const first = await openWidget(context, server.url);
  await first.say("你好");
  const second = await openWidget(context, server.url);
  await second.said.filter({ hasText: "你好" }).waitFor();

  await second.chat.getByRole("button", { name: "服务说明与投诉渠道" }).click();
  await second.button("开始新会话").click();
  await second.button("确认开始").click();
  await second.online();
  await first.said.waitFor({ state: "detached" });
  await first.online();
  await second.say("开通分付需要什么条件");
  await eventually(async () => assert.deepEqual(await first.transcript(), await second.transcript()));
});
