// The widget as a visitor handles it.
import assert from "node:assert/strict";
import { newContext } from "./browser.js";

/** A visitor with a window of its own, the widget open. */
export async function newVisitor(t, browser, server, profile) {
  const context = await newContext(t, browser, profile);
  const page = await context.newPage();
  await page.goto(server.url);
  const widget = new Widget(page);
  await widget.open();
  return widget;
}

const whole = ".text:not(.dots, :has(.caret))";

export class Widget {
  constructor(page) {
    this.page = page;
    this.launcher = page.locator("fenfu-widget .launcher");
    this.badge = page.locator("fenfu-widget .badge");
    this.panel = page.locator("fenfu-widget .panel");
    this.chat = page.frameLocator("fenfu-widget iframe");
    this.input = this.chat.getByLabel("输入消息");
    this.log = this.chat.getByRole("log");
    this.status = this.chat.locator(".status");
    this.said = this.chat.locator(".msg.visitor .text");
    // Not what is only being written.
    this.answers = this.chat.locator(`.msg.bot ${whole}, .msg.agent ${whole}, .card, .notice`);
    this.choices = this.chat.locator(".choices button");
    this.pending = this.chat.locator(".pending, .failed");
  }

  /** The frame itself, to run things in. */
  async frame() {
    const handle = await this.page.locator("fenfu-widget iframe").elementHandle();
    return handle.contentFrame();
  }

  async open() {
    await this.launcher.click();
    await this.online();
  }

  async online() {
    await this.status.filter({ hasText: "为您服务" }).waitFor();
  }

  button(name) {
    return this.chat.getByRole("button", { name, exact: true });
  }

  /** Says something and waits until it is in the log and answered. */
  async say(text) {
    await this.answered(async () => {
      await this.input.fill(text);
      await this.input.press("Enter");
    });
  }

  async press(label) {
    await this.answered(() => this.choices.filter({ hasText: label }).first().click());
  }

  async answered(act) {
    const before = await this.answers.count();
    await act();
    await this.answers.nth(before).waitFor();
    await this.pending.waitFor({ state: "detached" });
  }

  /** Everything said so far, as the visitor sees it. */
  async transcript() {
    return this.chat.locator(`.msg ${whole}, .card, .notice`).allInnerTexts();
  }

  /** The header is at the top and the composer at the bottom, whatever was scrolled. */
  async assertInPlace() {
    const frame = await this.frame();
    const [top, bottom, height] = await frame.evaluate(() => [
      document.querySelector("header").getBoundingClientRect().top,
      document.querySelector("footer").getBoundingClientRect().bottom,
      innerHeight,
    ]);
    assert.equal(top, 0, "header");
    assert.ok(Math.abs(bottom - height) < 1, `composer ends at ${bottom} of ${height}`);
  }

  /** Walks from the request to the summary. */
  async fillIn(applicant) {
    await this.say("开通分付");
    await this.press("同意");
    await this.press("同意");
    await this.say(applicant.name);
    await this.say(applicant.id);
    await this.say(applicant.contact);
    await this.choices.filter({ hasText: "确认提交" }).waitFor();
  }

  async submit() {
    await this.press("确认提交");
    await this.chat.getByRole("region", { name: "评估结果" }).waitFor();
  }
}

/** Demo applicants of bot/eligibility/applicants.yaml; nobody real. */
export const applicants = {
  eligible: { name: "林小满", id: "110199199005219903", contact: "13800138000" },
  notEligible: { name: "韩大雪", id: "15019919750914996X", contact: "13800138000" },
  manualReview: { name: "孟大暑", id: "430199199706159928", contact: "13800138000" },
};

/** Waits until check, run again and again, no longer throws. */
export async function eventually(check, within = 60_000) {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (err) {
      if (Date.now() > end) throw err;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export function assertNoDetails(transcript, applicant) {
  const text = transcript.join("\n");
  for (const detail of [applicant.id, applicant.contact]) {
    assert.ok(!text.includes(detail), `a detail is shown unmasked:\n${text}`);
  }
}
