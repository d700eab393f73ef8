// Answers of a language model as visitors see them come, on tabs at two nodes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newContext, startBrowser } from "../lib/browser.js";
import { openConsole } from "../lib/console.js";
import { startModel } from "../lib/model.js";
import { ways } from "../lib/nodes.js";
import { Widget, newVisitor } from "../lib/widget.js";

/** What the knowledge base has no answer to. */
const odd = "月球分店怎么审核";

/** The same visitor on a tab at another node: another address, so it is given the ticket. */
async function elsewhere(t, browser, server, tab) {
  const ticket = await (await tab.frame()).evaluate(() => localStorage.getItem("fenfu.session"));
  const context = await newContext(t, browser);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.evaluate((value) => localStorage.setItem("fenfu.session", value), ticket);
  await page.reload();
  const other = new Widget(page);
  await other.open();
  return other;
}

function ask(tab, text) {
  return tab.input.fill(text).then(() => tab.input.press("Enter"));
}

test("an answer is written before the visitor's eyes, and waited for on a tab at another node", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const model = await startModel(t);
  const [, apart] = ways[1];
  const { front, desk } = await apart(t, ...model.flags);
  const one = await newVisitor(t, browser, front);
  await one.say("你好");
  const other = await elsewhere(t, browser, desk, one);
  const parts = (tab) => ({ caret: tab.chat.locator(".caret"), dots: tab.chat.locator(".dots") });
  const written = (tab) => tab.chat.locator(".msg.bot").filter({ hasText: "AI" });

  const release = model.hold();
  await ask(one, odd);
  await parts(one).caret.waitFor();
  await parts(other).dots.waitFor();
  assert.equal(await parts(other).caret.count(), 0);
  await ask(one, "谢谢"); // is not held up
  await one.answers.filter({ hasText: "不客气" }).waitFor();
  release();
  for (const tab of [one, other]) {
    await written(tab).waitFor();
    await parts(tab).dots.waitFor({ state: "detached" });
    await parts(tab).caret.waitFor({ state: "detached" });
  }
  assert.deepEqual(await one.transcript(), await other.transcript());

  const never = model.hold(); // it hangs after a sentence
  t.after(never);
  await ask(other, odd);
  await parts(other).caret.waitFor();
  await parts(one).dots.waitFor();
  for (const tab of [one, other]) {
    await tab.answers.filter({ hasText: /不确定/ }).first().waitFor();
    await parts(tab).dots.waitFor({ state: "detached" });
    await parts(tab).caret.waitFor({ state: "detached" });
    assert.equal(await written(tab).count(), 1, "half an answer stays");
  }
  assert.equal(model.asked.length, 2);
});

test("a person takes over in the middle of an answer", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const model = await startModel(t);
  const [, together] = ways[0];
  const { front } = await together(t, ...model.flags);
  await openConsole(t, browser, front, "agent1");
  const visitor = await newVisitor(t, browser, front);
  const release = model.hold();
  await ask(visitor, odd);
  await visitor.chat.locator(".caret").waitFor();
  await ask(visitor, "转人工");
  await visitor.status.filter({ hasText: "人工客服 小林 为您服务" }).waitFor();
  await visitor.chat.locator(".caret").waitFor({ state: "detached" });
  release();
  await ask(visitor, "在吗"); // after it: nothing of the model came in between
  await visitor.said.filter({ hasText: "在吗" }).waitFor();
  await visitor.pending.waitFor({ state: "detached" });
  assert.equal(await visitor.chat.locator(".msg.bot").filter({ hasText: "结果" }).count(), 0);
});
