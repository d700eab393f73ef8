// The agents' console on a phone whose height is short.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAccessible, newContext, shot, startBrowser } from "../lib/browser.js";
import { openConsole, signedOut } from "../lib/console.js";
import { startServer } from "../lib/server.js";
import { eventually, newVisitor } from "../lib/widget.js";

test("who signs in on a phone on its side can scroll to all of the form", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser, "phone-light", { viewport: { width: 740, height: 360 }, allow: [signedOut] });
  const page = await context.newPage();
  await page.goto(`${server.url}/console`);
  await page.getByLabel("账号").waitFor();
  const top = await page.locator(".signin").evaluate((el) => {
    el.scrollTop = 0;
    return el.querySelector("form").getBoundingClientRect().top;
  });
  assert.ok(top >= 0, `the form begins at ${top}`);
  await shot(page, "console-phone-light-72-signin-landscape");
});

test("with the keyboard up, or on its side, an agent's phone leaves most of its height to what was said", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1", { profile: "phone-light" });
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.reply.focus();
  for (const [name, viewport] of [["keyboard", { width: 360, height: 380 }], ["landscape", { width: 740, height: 360 }]]) {
    await lin.page.setViewportSize(viewport);
    await eventually(async () => {
      const { height } = await lin.log.boundingBox();
      assert.ok(height >= viewport.height * 0.55, `${name}: ${height} of ${viewport.height} for the log`);
    });
    await lin.reply.fill("/");
    const list = lin.page.getByRole("listbox");
    await list.waitFor();
    const { y } = await list.boundingBox();
    assert.ok(y >= 0, `${name}: the canned replies begin at ${y}`);
    await lin.reply.press("ArrowUp"); // to the last one
    const last = lin.page.locator("#canned [aria-selected=true]");
    await eventually(async () => {
      const [box, item] = [await list.boundingBox(), await last.boundingBox()];
      assert.ok(item.y >= box.y && item.y + item.height <= box.y + box.height, `${name}: the chosen reply is out of view`);
    });
    await shot(lin.page, `console-phone-light-71-${name}`);
    await lin.reply.fill("");
    await checkAccessible(lin.page.mainFrame(), name);
  }
  await lin.reply.blur();
  await lin.page.setViewportSize({ width: 360, height: 380 });
  await lin.page.locator(".actions").getByRole("button", { name: "转接" }).waitFor();
});
