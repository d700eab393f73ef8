// A language model that helps agents, on the real server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startBrowser } from "../lib/browser.js";
import { openConsole } from "../lib/console.js";
import { startModel } from "../lib/model.js";
import { startServer } from "../lib/server.js";
import { newVisitor } from "../lib/widget.js";

test("a summary on demand, and a suggestion that is not sent", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const model = await startModel(t, "访客询问审核要多久，客服已接入。");
  const server = await startServer(t, ...model.flags);
  const lin = await openConsole(t, browser, server, "agent1");
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await visitor.status.filter({ hasText: "人工客服 小林 为您服务" }).waitFor();
  await lin.view("我的");
  await lin.rows.first().click();
  await visitor.input.fill("审核要多久");
  await visitor.input.press("Enter");
  await lin.messages.filter({ hasText: "审核要多久" }).first().waitFor();
  assert.equal(model.asked.length, 0, "nobody has asked for it");

  await lin.button("生成摘要").click();
  await lin.panel.getByText("访客询问审核要多久").waitFor();
  await lin.panel.locator(".assist .chip").filter({ hasText: "AI" }).waitFor();

  await lin.button("建议回复（AI）").click();
  await lin.page.locator(".suggest").getByText("由 AI 生成").waitFor();
  const text = await lin.reply.inputValue();
  assert.ok(text.length > 0);
  assert.ok(await lin.button("建议回复（AI）").isDisabled(), "what is written is not replaced");
  assert.equal(await lin.messages.filter({ hasText: text.slice(0, 12) }).count(), 0, "nothing is sent");
  await lin.reply.press("Enter");
  await visitor.chat.locator(".msg.agent").filter({ hasText: text.slice(0, 12) }).waitFor();
  assert.equal(model.asked.length, 2);
});

test("no buttons without a model", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1");
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.reply.waitFor();
  assert.equal(await lin.button("生成摘要").count(), 0);
  assert.equal(await lin.button("建议回复（AI）").count(), 0);
});
