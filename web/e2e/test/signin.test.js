// How people at the desk sign in: with a one-time code, and at an identity provider.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { checkAccessible, newContext, shot, startBrowser } from "../lib/browser.js";
import { Console, signedOut } from "../lib/console.js";
import { freePort, pair } from "../lib/nodes.js";
import { startProvider } from "../lib/provider.js";
import { newVisitor } from "../lib/widget.js";

/** Opens the sign-in page of a node, as a browser that was never there. */
async function arrive(t, browser, node) {
  const context = await newContext(t, browser, "wide-light", { allow: [signedOut] });
  const page = await context.newPage();
  await page.goto(`${node.url}/console`);
  await page.getByLabel("账号").waitFor();
  return new Console(page);
}

/** What an authenticator app shows (RFC 6238), so many steps from now. */
function codeOf(address, ahead = 0) {
  let bits = "";
  for (const c of new URL(address).searchParams.get("secret")) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const sum = createHmac("sha1", key).update(step).digest();
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a one-time code opens the account once, on all nodes", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const { nodes, ctl } = await pair(t, [], []);
  const told = await ctl("agent", "add", "li", "--name", "李娜", "--totp");
  const [, password] = told.match(/password, shown only now: (\S+)/);
  const [address] = told.match(/otpauth:\S+/);

  const first = await arrive(t, browser, nodes[0]);
  await first.signIn("li", password, "000000");
  await first.page.getByText("账号、密码或动态验证码不正确").waitFor();
  await shot(first.page, "console-wide-light-65-code");
  await checkAccessible(first.page.mainFrame(), "one-time code");
  const code = codeOf(address);
  await first.page.getByLabel("动态验证码").fill(code);
  await first.button("登录").click();
  await first.online();
  await first.page.getByLabel("我的状态").filter({ hasText: "在线" }).waitFor();

  const thief = await arrive(t, browser, nodes[1]);
  await thief.signIn("li", password, code);
  await thief.page.getByText("账号、密码或动态验证码不正确").waitFor();
  await thief.page.getByLabel("动态验证码").fill(codeOf(address, 1));
  await thief.button("登录").click();
  await thief.online();

  // Signed out from afar, the console says so by itself.
  await ctl("agent", "logout", "li");
  for (const desk of [first, thief]) await desk.page.getByText("登录已失效，请重新登录").waitFor();
});

test("at the identity provider, from one node to another, and online at once", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const provider = await startProvider(t, { preferred_username: "Li.Na", name: "李娜", roles: ["desk-agent"] });
  const listen = `127.0.0.1:${await freePort()}`;
  const flags = provider.flags(`http://${listen}/v1/desk/oidc/callback`);
  const { nodes } = await pair(t, flags, [...flags, "--listen", listen]);

  const desk = await arrive(t, browser, nodes[0]);
  const { page } = desk;
  await page.getByRole("link", { name: "用企业账号登录" }).waitFor();
  await shot(page, "console-wide-light-02-provider");
  await checkAccessible(page.mainFrame(), "sign-in with a provider");
  await page.getByRole("link", { name: "用企业账号登录" }).click();
  await page.waitForURL(`${provider.url}/**`);
  await page.getByRole("link", { name: "Continue" }).click();
  await desk.online();
  assert.equal(page.url(), `${nodes[1].url}/console/`, "where the provider led, and nothing of the sign-in left in the address");

  const visitor = await newVisitor(t, browser, nodes[0]);
  await visitor.say("转人工");
  await visitor.status.filter({ hasText: "人工客服 李娜 为您服务" }).waitFor();

  // Whose login ends signs in again in another window, and goes on in the first.
  await desk.view("我的");
  await desk.rows.first().click();
  await desk.reply.fill("写到一半");
  await page.context().clearCookies();
  await desk.view("已结束");
  await page.getByText("登录已失效，请重新登录").waitFor();
  const [other] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "用企业账号登录" }).click()]);
  await other.getByRole("link", { name: "Continue" }).click();
  await other.locator(".rail").waitFor();
  await other.close();
  await page.evaluate(() => dispatchEvent(new Event("focus"))); // it never lost it, as far as this browser tells
  await desk.online();
  assert.equal(await desk.reply.inputValue(), "写到一半");

  // Loading the page again signs nobody in, and changes nobody's presence.
  await desk.setPresence("忙碌");
  await page.reload();
  await desk.online();
  assert.equal(await desk.presence.inputValue(), "busy");
  await page.goto(`${nodes[0].url}/console/?error=oidc_role`);
  await desk.online();
  await page.context().clearCookies();
  await page.goto(`${nodes[0].url}/console/?error=oidc_role`);
  await page.getByText("您的企业账号没有工作台的权限").waitFor();
  await page.reload();
  await page.getByLabel("账号").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0, "said once");
});
