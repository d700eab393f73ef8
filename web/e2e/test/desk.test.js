// Visitors and agents in one run, on the real server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newContext, startBrowser } from "../lib/browser.js";
import { openConsole } from "../lib/console.js";
import { ways } from "../lib/nodes.js";
import { desksFile } from "../lib/server.js";
import { Widget, applicants, eventually, newVisitor } from "../lib/widget.js";

/** Says something to a person: nobody answers by itself. */
async function tell(widget, text) {
  await widget.input.fill(text);
  await widget.input.press("Enter");
  await widget.said.filter({ hasText: text }).last().waitFor();
  await widget.pending.waitFor({ state: "detached" });
}

/** What a browser says when a conversation is read that a colleague has just got. */
const goneMeanwhile = /404 \(Not Found\)/;

/** Takes the visitor to the question for the ID number. */
async function toTheID(widget) {
  await widget.say("开通分付");
  await widget.press("同意");
  await widget.press("同意");
  await widget.say(applicants.eligible.name);
}

for (const [way, start] of ways) {
  test(`${way}: from the bot to a person, on to a colleague, back to the same question`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const { front, desk } = await start(t);
    const lin = await openConsole(t, browser, desk, "agent1", { allow: [goneMeanwhile] });
    const visitor = await newVisitor(t, browser, front);
    const frames = [];
    visitor.page.on("websocket", (socket) => socket.on("framereceived", (f) => frames.push(String(f.payload))));
    await visitor.page.reload();
    await visitor.open();

    await toTheID(visitor);
    await visitor.say("转人工");
    await visitor.status.filter({ hasText: "人工客服 小林 为您服务" }).waitFor();
    await lin.view("我的");
    await lin.rows.first().click();
    await lin.panel.getByText("访客要求").waitFor();
    await lin.panel.getByText("林**").first().waitFor();
    await lin.messages.filter({ hasText: "转人工" }).first().waitFor();
    assert.equal(await lin.page.getByText(applicants.eligible.name).count(), 0, "the name is masked");

    await lin.reply.pressSequentially("您好");
    await visitor.chat.getByText("正在输入").waitFor();
    await lin.reply.fill("");
    await lin.say("您好，有什么可以帮您？");
    await visitor.chat.locator(".msg.agent").filter({ hasText: "有什么可以帮您" }).waitFor();
    await visitor.input.pressSequentially("身份证号");
    await lin.page.getByText("访客正在输入…").waitFor();
    await tell(visitor, "身份证号一定要填吗");
    await lin.messages.filter({ hasText: "身份证号一定要填吗" }).first().waitFor();
    assert.equal(await visitor.chat.locator(".msg.bot").filter({ hasText: "身份证号用于" }).count(), 0, "the bot is silent");

    // Who loads the page again is not gone, and finds everything where it was.
    await lin.page.reload();
    await lin.online();
    await lin.view("我的");
    await lin.rows.first().click();
    await lin.messages.filter({ hasText: "身份证号一定要填吗" }).first().waitFor();
    assert.equal(await visitor.chat.getByText("换一位客服").count(), 0, "the visitor keeps the agent");

    await lin.note("先说明用途");
    await lin.page.getByLabel("添加标签").fill("资料疑问");
    await lin.page.keyboard.press("Enter");
    await lin.panel.locator(".chip.tag").filter({ hasText: "资料疑问" }).waitFor();

    // On to a colleague, with a word that the visitor never sees.
    const zhou = await openConsole(t, browser, desk, "agent2");
    await lin.page.locator(".actions").getByRole("button", { name: "转接" }).click();
    await lin.dialog.getByText("小周").click();
    await lin.dialog.getByLabel("给对方的备注").fill("请帮忙核对");
    await lin.dialog.getByRole("button", { name: "转接", exact: true }).click();
    await visitor.status.filter({ hasText: "人工客服 小周 为您服务" }).waitFor();
    await zhou.view("我的");
    await zhou.rows.first().click();
    await zhou.notes.filter({ hasText: "请帮忙核对" }).waitFor();
    await zhou.notes.filter({ hasText: "先说明用途" }).waitFor();
    await zhou.panel.locator(".chip.tag").filter({ hasText: "资料疑问" }).waitFor();
    await zhou.say("我是小周，接着为您处理。");
    await visitor.chat.getByText("我是小周").waitFor();
    await eventually(async () => assert.equal(await lin.reply.count(), 0, "who passed it on cannot write any more"));

    // Back to the bot, which asks what it asked before.
    await zhou.command("交还机器人");
    await visitor.chat.getByText("接下来由智能客服为您服务").waitFor();
    await visitor.status.filter({ hasText: "智能助手为您服务" }).waitFor();
    await visitor.answers.filter({ hasText: "身份证号" }).last().waitFor();
    await visitor.say(applicants.eligible.id);
    await visitor.answers.filter({ hasText: "手机号" }).last().waitFor();

    const heard = frames.join("\n") + (await visitor.transcript()).join("\n");
    for (const secret of ["先说明用途", "请帮忙核对", "资料疑问"]) {
      assert.ok(!heard.includes(secret), `the visitor was sent ${secret}`);
    }
  });

  /** Holds the pages' requests to a path until each has made one. */
  async function atOnce(pages, path) {
    let missing = pages.length;
    let release;
    const all = new Promise((resolve) => (release = resolve));
    for (const page of pages) {
      await page.route(path, async (route) => {
        if (--missing === 0) release();
        await all;
        await route.continue();
      });
    }
  }

  test(`${way}: of two agents who press at once, one gets the visitor; it ends with a rating`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const { front, desk } = await start(t, "--desks-file", await desksFile(t, 1));
    const rivals = [];
    for (const account of ["agent2", "lead"]) {
      rivals.push(await openConsole(t, browser, desk, account, { presence: "忙碌", allow: [/409 \(Conflict\)/, goneMeanwhile] }));
    }
    const lin = await openConsole(t, browser, desk, "agent1");
    const first = await newVisitor(t, browser, front);
    await first.say("转人工");
    await first.status.filter({ hasText: "小林" }).waitFor();

    // Lin has no room for another one, who therefore waits.
    const second = await newVisitor(t, browser, front);
    await second.say("我要找人工客服");
    await second.chat.getByText("您排在第 1 位").waitFor();
    const third = await newVisitor(t, browser, front);
    await third.say("转人工");
    await third.chat.getByText("您排在第 2 位").waitFor();
    // Two wait, and what the first one said is not looked at.
    await eventually(async () => assert.match(await lin.page.title(), /^\(3\)/));
    await lin.view("我的");
    await lin.rows.first().click();
    await eventually(async () => assert.match(await lin.page.title(), /^\(2\)/));

    // Whoever waits can think better of it.
    await third.button("取消排队").first().click();
    await third.chat.getByText("已取消排队").waitFor();
    await third.status.filter({ hasText: "智能助手为您服务" }).waitFor();

    for (const rival of rivals) await rival.rows.first().getByRole("button", { name: "接入" }).waitFor();
    await atOnce(rivals.map((rival) => rival.page), "**/take");
    const buttons = await Promise.all(rivals.map((rival) => rival.rows.first().locator(".take").elementHandle()));
    await Promise.all(buttons.map((button) => button.evaluate((el) => el.click())));
    const got = () => Promise.all(rivals.map((rival) => rival.reply.count()));
    await eventually(async () => assert.equal((await got()).reduce((a, b) => a + b), 1));
    const won = (await got()).indexOf(1);
    const [winner, loser] = won === 0 ? rivals : rivals.toReversed();
    await loser.toast.waitFor();
    assert.equal(await loser.reply.count(), 0);
    await winner.say("您好，请讲。");
    await second.chat.getByText("您好，请讲。").waitFor();
    assert.equal(await second.chat.locator(".notice").filter({ hasText: "为您服务。" }).count(), 1, "one person has come");

    await winner.command("结束会话");
    await second.choices.nth(4).waitFor();
    await second.press("很满意");
    await second.chat.getByText("谢谢您的评价").waitFor();
    await second.say("回答得很清楚");
    await winner.view("已结束");
    await winner.rows.first().locator(".rated").filter({ hasText: "5" }).waitFor();
    await winner.rows.first().locator("button").first().click();
    await winner.panel.getByText("回答得很清楚").waitFor();
    await winner.page.getByText("人工服务已结束").first().waitFor();
  });

  test(`${way}: an agent who is silent loses the visitor, and sees no more of what is said`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const { front, desk } = await start(t, "--desks-file", await desksFile(t, 5, "8s"));
    const lin = await openConsole(t, browser, desk, "agent1", { allow: [goneMeanwhile] });
    const visitor = await newVisitor(t, browser, front);
    await visitor.say("转人工");
    await visitor.status.filter({ hasText: "人工客服 小林 为您服务" }).waitFor();
    await lin.view("我的");
    await lin.rows.first().click();
    await lin.messages.filter({ hasText: "转人工" }).first().waitFor();
    const zhou = await openConsole(t, browser, desk, "agent2", { allow: [goneMeanwhile] });
    await lin.setPresence("忙碌");
    await visitor.chat.getByText("换一位客服").first().waitFor();
    await visitor.status.filter({ hasText: "人工客服 小周 为您服务" }).waitFor();
    await eventually(async () => assert.equal(await lin.reply.count(), 0, "who lost the visitor cannot write any more"));
    await tell(visitor, "只告诉小周的话");
    await zhou.view("我的");
    await zhou.rows.first().click();
    await zhou.messages.filter({ hasText: "只告诉小周的话" }).first().waitFor();
    assert.equal(await lin.page.getByText("只告诉小周的话").count(), 0, "who lost the visitor reads no more");
  });

  test(`${way}: a message left when nobody is there is answered, and read on the next visit`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const { front, desk } = await start(t);
    const context = await newContext(t, browser);
    let page = await context.newPage();
    await page.goto(front.url);
    let visitor = new Widget(page);
    await visitor.open();
    await visitor.say("转人工");
    await visitor.chat.getByText("客服上线后会在这里回复，您可以先离开。").waitFor();
    await visitor.say("还款日能改吗，请打 13800138000");
    await visitor.chat.getByText("已收到您的留言").waitFor();
    await page.close();

    const zhou = await openConsole(t, browser, desk, "agent2", { presence: "忙碌" });
    await zhou.rows.first().locator(".chip.note").filter({ hasText: "留言" }).waitFor();
    await zhou.take();
    await zhou.messages.filter({ hasText: "还款日能改吗" }).first().waitFor();
    assert.equal(await zhou.page.getByText("13800138000").count(), 0, "the contact is masked");
    await zhou.say("还款日以钱包页面显示为准，可以在分付页面查看。");

    page = await context.newPage();
    await page.goto(front.url);
    await page.locator("fenfu-widget .badge").filter({ hasText: /[1-9]/ }).waitFor();
    visitor = new Widget(page);
    await visitor.launcher.click();
    await visitor.chat.getByText("还款日以钱包页面显示为准").waitFor();
    await visitor.status.filter({ hasText: "小周" }).waitFor();

    await visitor.button("服务说明与投诉渠道").click();
    const [download] = await Promise.all([page.waitForEvent("download"), visitor.button("下载聊天记录").click()]);
    assert.equal(download.suggestedFilename(), "聊天记录.txt");
    const text = await (await download.createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString());
    assert.match(text, /人工客服.*还款日以钱包页面显示为准/);
    assert.ok(!text.includes("13800138000"), "the transcript is masked");
  });

  test(`${way}: a detail is shown for a reason, for thirty seconds, and only there`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const { front, desk } = await start(t);
    const visitor = await newVisitor(t, browser, front);
    await toTheID(visitor);
    await visitor.say("转人工");
    const lin = await openConsole(t, browser, desk, "agent1", { presence: "忙碌" });
    await lin.page.clock.install();
    await lin.page.reload();
    await lin.online();
    await lin.take();
    await lin.say("您好");

    const { name } = applicants.eligible;
    await lin.panel.getByRole("button", { name: "查看 姓名" }).click();
    const confirm = lin.dialog.getByRole("button", { name: "查看", exact: true });
    assert.equal(await confirm.isDisabled(), true, "a reason is asked for");
    await lin.dialog.getByLabel("核对访客身份").check();
    await lin.page.clock.pauseAt(Date.now() + 10_000); // from here on time is the test's
    await confirm.click();
    await lin.panel.getByText(name).waitFor();
    assert.equal(await lin.page.getByText(name).count(), 1, "shown in one place");
    await lin.page.clock.runFor(29_000);
    assert.equal(await lin.page.getByText(name).count(), 1);
    await lin.page.clock.runFor(1_500);
    await eventually(async () => assert.equal(await lin.page.getByText(name).count(), 0, "hidden again"));
    await lin.panel.getByText("林**").first().waitFor();

    // What is shown goes out of sight with the conversation; by keyboard this time.
    await lin.page.clock.resume();
    await lin.panel.getByRole("button", { name: "查看 姓名" }).press("Enter");
    const focused = (what) => eventually(async () => assert.equal(await what.evaluate((el) => el === document.activeElement), true));
    await focused(lin.dialog.getByRole("radio").first());
    await lin.page.keyboard.press("Space");
    await eventually(async () => assert.equal(await confirm.isEnabled(), true));
    for (const key of ["Tab", "Tab"]) await lin.page.keyboard.press(key);
    await focused(confirm);
    await lin.page.keyboard.press("Enter");
    await lin.panel.getByText(name).waitFor();
    await focused(lin.panel.getByRole("button", { name: "立即隐藏" }));
    await lin.command("交还机器人");
    await lin.page.getByText("人工服务已结束").first().waitFor();
    assert.equal(await lin.page.getByText(name).count(), 0, "hidden from who has the conversation no more");

    const auditor = await openConsole(t, browser, desk, "auditor");
    await auditor.page.locator("nav").getByRole("button", { name: "审计" }).click();
    await auditor.page.getByRole("cell", { name: "reveal · name" }).first().waitFor();
    await auditor.page.getByRole("cell", { name: "核对访客身份" }).first().waitFor();
  });

  test(`${way}: a supervisor looks on, gives the visitor to somebody else, and joins`, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const { front, desk } = await start(t);
    const lin = await openConsole(t, browser, desk, "agent1", { allow: [goneMeanwhile] });
    const visitor = await newVisitor(t, browser, front);
    await visitor.say("转人工");
    await visitor.status.filter({ hasText: "小林" }).waitFor();
    const zhou = await openConsole(t, browser, desk, "agent2", { allow: [goneMeanwhile] });
    const lead = await openConsole(t, browser, desk, "lead");
    await lead.view("全部");
    await lead.rows.first().locator("button").first().click();
    await lead.button("改派").waitFor();
    assert.equal(await lead.reply.count(), 0, "who looks on does not write");
    assert.equal(await lead.panel.getByRole("button", { name: /查看/ }).count(), 0, "nor reveal");
    await tell(visitor, "有人吗");
    await lead.messages.filter({ hasText: "有人吗" }).first().waitFor();

    await lead.button("改派").click();
    await lead.dialog.getByText("小周").click();
    await lead.dialog.getByRole("button", { name: "改派", exact: true }).click();
    await visitor.status.filter({ hasText: "人工客服 小周 为您服务" }).waitFor();
    await zhou.view("我的");
    await zhou.rows.first().click();
    await zhou.say("我来了");
    await lin.view("我的");
    await lin.page.getByText("您还没有接待中的会话").waitFor();

    await lead.button("加入接待").click();
    await lead.say("我是值班组长，这件事由我来处理。");
    await visitor.status.filter({ hasText: "值班组长" }).waitFor();
    await eventually(async () => assert.equal(await zhou.reply.count(), 0));
  });
}
