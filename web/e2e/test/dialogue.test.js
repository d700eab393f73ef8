// From the browser to the decision, as every kind of visitor sees it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkAccessible, newContext, profiles, shot, startBrowser } from "../lib/browser.js";
import { startServer } from "../lib/server.js";
import { Widget, applicants, assertNoDetails } from "../lib/widget.js";

/** The labels of the buttons that are set off from the others. */
function filled(widget) {
  return widget.choices.evaluateAll((all) => {
    const paper = getComputedStyle(document.body).backgroundColor;
    return all.filter((b) => !b.disabled && getComputedStyle(b).backgroundColor !== paper).map((b) => b.textContent);
  });
}

describe("the whole dialogue", () => {
  for (const profile of Object.keys(profiles)) {
    test(profile, async (t) => {
      const browser = await startBrowser(t);
      if (!browser) return;
      const server = await startServer(t);
      const context = await newContext(t, browser, profile);
      const page = await context.newPage();
      const widget = new Widget(page);
      const state = async (name) => {
        await shot(page, `${profile}-${name}`);
        await checkAccessible(await widget.frame(), `${profile} ${name}`);
        await widget.assertInPlace();
      };

      await page.goto(server.url);
      await page.getByText("这是演示页面").waitFor();
      await widget.launcher.waitFor();
      await shot(page, `${profile}-00-page`);
      await checkAccessible(page.mainFrame(), "demo page");

      await widget.open();
      await widget.chat.getByText("演示环境，请勿填写真实信息").waitFor();
      await state("01-empty");

      await widget.say("开通分付");
      await state("02-consent");
      assert.deepEqual(await filled(widget), [], "the answers to a consent are equals");
      await widget.press("同意");
      await widget.press("同意");
      await widget.say(applicants.notEligible.name);
      await widget.say("150199197509149960");
      await state("03-wrong-id");
      await widget.say(applicants.notEligible.id);
      await widget.say(applicants.notEligible.contact);
      await widget.choices.filter({ hasText: "确认提交" }).waitFor();
      await state("04-summary");
      assert.deepEqual(await filled(widget), ["确认提交"]);
      await widget.submit();
      await state("05-not-eligible");

      const card = widget.chat.getByRole("region", { name: "评估结果" });
      assert.match(await card.innerText(), /暂不符合条件/);
      assert.ok((await card.locator(".item").count()) >= 1, "no reasons");
      assertNoDetails(await widget.transcript(), applicants.notEligible);

      await widget.chat.getByRole("button", { name: "服务说明与投诉渠道" }).click();
      await widget.chat.getByRole("dialog").getByText("投诉渠道", { exact: true }).waitFor();
      await state("06-info");
    });
  }

  for (const [who, title] of [
    ["eligible", "符合条件"],
    ["manualReview", "人工复核"],
  ]) {
    test(`${who} is told so`, async (t) => {
      const browser = await startBrowser(t);
      if (!browser) return;
      const server = await startServer(t);
      const context = await newContext(t, browser);
      const page = await context.newPage();
      const widget = new Widget(page);
      await page.goto(server.url);
      await widget.open();
      await widget.fillIn(applicants[who]);
      await widget.submit();
      await widget.chat.getByText(`评估结果：${title}`, { exact: true }).waitFor();
      await shot(page, `desktop-light-07-${who}`);
      await checkAccessible(await widget.frame(), who);
      await widget.assertInPlace();
    });
  }
});
