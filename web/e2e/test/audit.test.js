// What an auditor finds in the audit log.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAccessible, shot, startBrowser } from "../lib/browser.js";
import { openConsole } from "../lib/console.js";
import { startServer } from "../lib/server.js";
import { eventually, newVisitor } from "../lib/widget.js";

test("an auditor finds what somebody did, and the rest is passed over", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  for (const account of ["agent1", "agent2", "agent1"]) await openConsole(t, browser, server, account);
  const { page } = await openConsole(t, browser, server, "auditor");
  await page.getByRole("button", { name: "审计", exact: true }).click();
  const cells = page.locator("td.by");
  await cells.nth(3).waitFor();
  const filter = page.getByRole("search", { name: "筛选" });
  await filter.getByLabel("操作人").fill("agent1");
  await filter.getByLabel("操作人").press("Enter");
  await eventually(async () => assert.deepEqual(await cells.allInnerTexts(), ["agent1", "agent1"]));
  await filter.getByLabel("操作", { exact: true }).selectOption({ label: "查看资料" });
  await page.getByText("没有符合条件的记录").waitFor();
  await shot(page, "wide-light-53-audit-none");
  await checkAccessible(page.mainFrame(), "audit, nothing found");
  await filter.getByLabel("操作", { exact: true }).selectOption({ label: "登录" });
  await filter.getByLabel("截止日期").fill("2020-01-01");
  await page.getByText("没有符合条件的记录").waitFor();
  await page.getByRole("button", { name: "清除筛选" }).click();
  await cells.nth(3).waitFor();
  assert.equal(await filter.getByLabel("操作人").inputValue(), "");
});

test("an auditor finds who had to do with a conversation", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1");
  for (const name of ["first", "second"]) {
    const visitor = await newVisitor(t, browser, server);
    await visitor.say("转人工");
    await lin.view("我的");
    await lin.rows.nth(name === "first" ? 0 : 1).waitFor();
    await lin.rows.first().click();
    await lin.say(name);
  }
  const { page } = await openConsole(t, browser, server, "auditor");
  await page.getByRole("button", { name: "审计", exact: true }).click();
  const talks = () => page.locator("td.of[title]").evaluateAll((all) => all.map((td) => td.title));
  await eventually(async () => assert.equal(new Set(await talks()).size, 2));
  const [session] = await talks();
  await page.locator("td.of button").first().click();
  await eventually(async () => assert.deepEqual([...new Set(await talks())], [session]));
  const field = page.getByRole("search", { name: "筛选" }).getByLabel("会话");
  assert.equal(await field.inputValue(), session);
  await field.fill(session.slice(0, 10));
  await field.press("Enter");
  await eventually(async () => assert.deepEqual([...new Set(await talks())], [session]));
  await shot(page, "wide-light-54-audit-talk");
  await checkAccessible(page.mainFrame(), "audit of a conversation");
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, "narrow-light-54-audit-talk");
});
