// The agents' console as an agent handles it.
import { newContext } from "./browser.js";

/** What a browser says when the console asks who is signed in, and nobody is. */
export const signedOut = /401 \(Unauthorized\)/;

/** Opens the console in a context of its own and signs in. */
export async function openConsole(t, browser, server, account, { profile = "wide-light", presence, ...options } = {}) {
  const context = await newContext(t, browser, profile, { ...options, allow: [...(options.allow ?? []), signedOut] });
  const page = await context.newPage();
  await page.goto(`${server.url}/console`);
  const desk = new Console(page);
  await desk.signIn(account, server.passwords.get(account));
  await desk.online();
  if (presence) await desk.setPresence(presence);
  return desk;
}

export class Console {
  constructor(page) {
    this.page = page;
    this.rows = page.locator(".entry");
    this.log = page.getByRole("log");
    this.reply = page.getByRole("textbox", { name: "回复" });
    this.messages = page.locator(".msg .text");
    this.notices = page.locator(".log .notice");
    this.notes = page.locator(".note-card .text");
    this.panel = page.getByRole("complementary", { name: "访客资料" });
    this.dialog = page.getByRole("dialog");
    this.presence = page.getByLabel("我的状态");
    this.toast = page.locator(".toast");
  }

  async signIn(account, password, code) {
    await this.page.getByLabel("账号").fill(account);
    await this.page.getByLabel("密码").fill(password);
    await this.button("登录").click();
    if (!code) return;
    await this.page.getByLabel("动态验证码").fill(code);
    await this.button("登录").click();
  }

  /** Waits until the live feed is there. */
  async online() {
    await this.page.locator(".rail").waitFor();
    await this.page.locator(".banner").waitFor({ state: "detached" });
  }

  async setPresence(label) {
    const told = this.page.waitForResponse((r) => r.url().endsWith("/v1/desk/presence") && r.ok());
    await this.presence.selectOption({ label });
    await told;
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async view(name) {
    await this.page.getByRole("tab", { name }).click();
  }

  /** Takes the first visitor who waits. */
  async take() {
    await this.view("排队");
    await this.rows.first().getByRole("button", { name: "接入" }).click();
    await this.reply.waitFor();
  }

  async say(text) {
    await this.reply.fill(text);
    await this.reply.press("Enter");
    await this.messages.filter({ hasText: text }).first().waitFor();
  }

  async note(text) {
    await this.button("内部备注").click();
    const field = this.page.getByRole("textbox", { name: "内部备注" });
    await field.fill(text);
    await field.press("Enter");
    await this.notes.filter({ hasText: text }).waitFor();
    await this.button("回复").click();
  }

  /** Presses a button of the open conversation and confirms it. */
  async command(name) {
    await this.page.locator(".actions").getByRole("button", { name }).click();
    await this.dialog.getByRole("button", { name, exact: true }).click();
    await this.dialog.waitFor({ state: "detached" });
  }
}
