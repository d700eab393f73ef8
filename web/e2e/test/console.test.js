// Every screen of the agents' console, and what it does when things go wrong.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkAccessible, composition, deskProfiles, networkErrors, newContext, shot, startBrowser } from "../lib/browser.js";
import { Console, openConsole, signedOut } from "../lib/console.js";
import { desksFile, startServer } from "../lib/server.js";
import { applicants, eventually, newVisitor } from "../lib/widget.js";

/** One agent with a conversation, one that ended, and two visitors who wait. */
async function busyDesk(t, browser) {
  const server = await startServer(t, "--desks-file", await desksFile(t, 1));
  const lin = await openConsole(t, browser, server, "agent1");
  const over = await newVisitor(t, browser, server);
  await over.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.say("您好，请问有什么可以帮您？");
  await over.chat.locator(".msg.agent").waitFor();
  await lin.command("结束会话");
  await over.press("满意");

  const open = await newVisitor(t, browser, server);
  await open.say("开通分付");
  await open.press("同意");
  await open.press("同意");
  await open.say(applicants.notEligible.name);
  await open.say(applicants.notEligible.id);
  await open.say("为什么要手机号");
  await open.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.say("您好，我是小林。手机号只用于通知您申请结果。");
  await lin.note("访客对资料用途有疑问，已说明");
  await lin.page.getByLabel("添加标签").fill("资料疑问");
  await lin.page.keyboard.press("Enter");
  await open.input.fill("明白了，那我接着填");
  await open.input.press("Enter");
  await lin.messages.filter({ hasText: "那我接着填" }).first().waitFor();
  const waiting = [];
  for (const words of ["我要找人工客服", "转人工"]) {
    const visitor = await newVisitor(t, browser, server);
    await visitor.say(words);
    waiting.push(visitor);
  }
  return { server, lin, waiting };
}

test("every screen, on every device, for everybody", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const { server, lin } = await busyDesk(t, browser);
  await lin.page.close();
  for (const profile of Object.keys(deskProfiles)) {
    await t.test(profile, (t) => screens(t, browser, server, profile));
  }
});

async function screens(t, browser, server, profile) {
  const phone = profile.startsWith("phone");
  const context = await newContext(t, browser, profile, { allow: [signedOut] });
  const page = await context.newPage();
  const desk = new Console(page);
  const look = async (name) => {
    await shot(page, `console-${profile}-${name}`);
    await checkAccessible(page.mainFrame(), `${profile} ${name}`);
    const wide = await page.evaluate(() => [...document.querySelectorAll("html, main, section, aside, .log")].filter((el) => el.scrollWidth > el.clientWidth + 1).map((el) => el.className));
    assert.deepEqual(wide, [], `${name} is wider than the screen`);
  };
  await page.goto(`${server.url}/console`);
  await page.getByLabel("账号").waitFor();
  await look("00-sign-in");
  await desk.signIn("agent1", "wrong");
  await page.getByText("账号、密码或动态验证码不正确").waitFor();
  await look("01-wrong-password");
  await desk.signIn("agent1", server.passwords.get("agent1"));
  await desk.online();

  await desk.rows.nth(1).waitFor();
  await look("10-queue");
  await desk.view("已结束");
  await desk.rows.first().waitFor();
  await look("11-ended");
  await page.getByRole("searchbox").fill("没有这样的会话");
  await page.getByText("没有找到相符的会话").waitFor();
  await look("12-nothing-found");
  await page.getByRole("searchbox").fill("");
  await desk.view("我的");
  await desk.rows.first().locator("button").first().click();
  await desk.reply.waitFor();
  await desk.notes.first().waitFor();
  await look("20-conversation");

  await desk.reply.fill("/");
  await page.getByRole("listbox", { name: "快捷回复" }).waitFor();
  await look("21-canned");
  await desk.reply.fill("");
  await desk.button("内部备注").click();
  await look("22-note");
  await desk.button("回复").click();
  await page.locator(".actions").getByRole("button", { name: "转接" }).click();
  await desk.dialog.waitFor();
  await look("23-transfer");
  await page.keyboard.press("Escape");
  await desk.dialog.waitFor({ state: "detached" });
  if (phone) {
    await desk.button("访客资料").click();
    await look("24-panel");
  }
  await desk.panel.getByRole("button", { name: "查看 姓名" }).click();
  await desk.dialog.waitFor();
  await look("25-reveal");
  await page.keyboard.press("Escape");
  if (phone) {
    await desk.panel.getByRole("button", { name: "关闭" }).click();
    await desk.button("返回列表").click();
  }
  await desk.button("设置").click();
  await desk.dialog.waitFor();
  await look("30-settings");
  await desk.dialog.getByText("English").click();
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
  await look("31-english");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.getByText("中文").click();
  await desk.dialog.getByRole("button", { name: "退出登录" }).click();
  await page.getByLabel("账号").waitFor();

  await desk.signIn("lead", server.passwords.get("lead"));
  await desk.online();
  assert.equal(await desk.presence.inputValue(), "away", "who watches is sent no visitors unasked");
  await desk.view("全部");
  await desk.rows.first().locator("button").first().click();
  await desk.button("加入接待").waitFor();
  await look("40-supervisor");
  await desk.button("改派").click();
  await desk.dialog.waitFor();
  await look("41-reassign");
  await page.keyboard.press("Escape");
  if (phone) await desk.button("返回列表").click();
  await desk.button("概览").click();
  await page.locator(".tile").first().waitFor();
  if (profile === "wide-light") await page.waitForRequest((r) => r.url().endsWith("/stats") && r.headers()["fenfu-unattended"] === "1"); // by itself
  await look("42-overview");
  await desk.button("设置").click();
  await desk.dialog.getByRole("button", { name: "退出登录" }).click();
  await desk.signIn("auditor", server.passwords.get("auditor"));
  await desk.button("审计").click();
  await page.getByRole("row").nth(2).waitFor();
  await look("50-audit");
  await desk.button("设置").click();
  await desk.dialog.getByRole("button", { name: "退出登录" }).click();
  await desk.signIn("admin", server.passwords.get("admin"));
  await desk.button("账号").click();
  await desk.button("强制下线 小周").click();
  await look("51-accounts-sure");
  await page.keyboard.press("Enter");
  await page.getByText("小周已下线").waitFor();
  await look("52-accounts");
}

describe("what visitors and colleagues write stays text", () => {
  const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

  test("in messages, notes, tags and names", async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const server = await startServer(t);
    const visitor = await newVisitor(t, browser, server);
    await visitor.say("转人工");
    await visitor.say(evil);
    const lin = await openConsole(t, browser, server, "agent1", { presence: "忙碌" });
    // No form takes such a name, and no account is given one; should one get there all the same:
    const spoil = (text) => text.replace(/"name":"[^"]*"/g, `"name":${JSON.stringify(evil)}`).replace(/"(agent_name|label|title)":"[^"]*"/g, `"$1":${JSON.stringify(evil)}`);
    await lin.page.route(/\/v1\/desk\/(conversations|agents|desks|canned)/, async (route) => {
      const response = await route.fetch();
      const body = await response.text();
      await route.fulfill({ response, body: route.request().method() === "GET" ? spoil(body).replace(/"owner":"waiting"/g, `"name":${JSON.stringify(evil)},"owner":"waiting"`) : body });
    });
    await lin.page.reload();
    await lin.online();
    await lin.rows.first().getByText("onerror").first().waitFor();
    await lin.take();
    await lin.messages.filter({ hasText: "onerror" }).first().waitFor();
    await lin.say(`${evil}!`);
    await visitor.chat.locator(".msg.agent").filter({ hasText: "onerror" }).waitFor();
    await lin.note(`${evil}?`);
    await lin.page.getByLabel("添加标签").fill("<img src=x>");
    await lin.page.keyboard.press("Enter");
    await lin.panel.locator(".chip.tag").filter({ hasText: "<img src=x>" }).waitFor();
    await lin.reply.fill("/");
    await lin.page.getByRole("listbox").getByText("onerror").first().waitFor();
    await lin.reply.fill("");
    await lin.page.locator(".actions").getByRole("button", { name: "转接" }).click();
    await lin.dialog.waitFor();
    await shot(lin.page, "console-wide-light-60-evil");

    for (const page of [lin.page, visitor.page]) {
      for (const frame of page.frames()) {
        const found = await frame.evaluate(() => ({
          owned: document.title === "owned",
          made: document.querySelectorAll("#app img, #app script, #app a").length,
        }));
        assert.deepEqual(found, { owned: false, made: 0 });
      }
    }
  });
});

test("a lost network loses nothing: the words go out once it is back, once", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1", { allow: networkErrors });
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.say("您好");

  await lin.page.context().setOffline(true);
  await lin.page.locator(".banner").filter({ hasText: "网络已断开" }).waitFor();
  await lin.reply.fill("稍等，我查一下");
  await lin.reply.press("Enter");
  await lin.page.getByText("没有发送成功").waitFor();
  await lin.reply.fill("还没写完的");
  await shot(lin.page, "console-wide-light-61-offline");
  await checkAccessible(lin.page.mainFrame(), "offline");
  await visitor.input.fill("还在吗");
  await visitor.input.press("Enter");

  await lin.page.context().setOffline(false);
  await lin.online();
  await lin.messages.filter({ hasText: "还在吗" }).waitFor();
  await visitor.chat.locator(".msg.agent .text").filter({ hasText: "稍等，我查一下" }).waitFor();
  await eventually(async () => assert.equal(await lin.page.getByText("没有发送成功").count(), 0));
  assert.equal(await visitor.chat.locator(".msg.agent .text").filter({ hasText: "稍等，我查一下" }).count(), 1);
  assert.equal(await lin.messages.filter({ hasText: "稍等，我查一下" }).count(), 1);
  assert.equal(await lin.reply.inputValue(), "还没写完的");
});

test("a search that ends without a network leaves the conversations in the list", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1", { allow: networkErrors });
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().waitFor();
  const search = lin.page.getByRole("searchbox");
  await search.fill("没有这个人");
  await lin.page.getByText("没有找到").waitFor();
  await lin.page.context().setOffline(true);
  await lin.page.locator(".banner").filter({ hasText: "网络已断开" }).waitFor();
  await search.fill("");
  await lin.rows.first().waitFor();
  assert.equal(await lin.page.getByText("列表加载失败").count(), 0);
  await lin.page.context().setOffline(false);
  await lin.online();
  assert.equal(await lin.rows.count(), 1);
});

test("an agent's Enter chooses a word of the input method, and sends only after that", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1");
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.reply.focus();
  const ime = await composition(lin.page);
  await ime.compose("ninhao");
  await ime.enter();
  assert.equal(await lin.reply.inputValue(), "ninhao", "the word that is being composed stays");
  await ime.choose("您好");
  assert.equal(await lin.page.locator(".msg.agent").count(), 0);
  await lin.reply.press("Enter");
  await visitor.chat.locator(".msg.agent .text").filter({ hasText: /^您好$/ }).waitFor();
});

test("an answer that is lost on its way back makes no second message", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1", { allow: [/ERR_FAILED/] });
  // The feed tells of no event, or its echo would settle what the answer does not.
  await lin.page.routeWebSocket(/\/ws\/desk$/, (socket) => {
    const feed = socket.connectToServer();
    feed.onMessage((m) => !/"type":"event"/.test(m) && socket.send(m));
  });
  await lin.page.reload();
  await lin.online();
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.reply.waitFor();
  const ids = [];
  await lin.page.route("**/messages", async (route) => {
    ids.push(route.request().postDataJSON().id);
    const response = await route.fetch();
    if (ids.length === 1) await route.abort();
    else await route.fulfill({ response });
  });
  await lin.say("只说一遍");
  await lin.button("重新发送").click();
  await lin.page.getByText("没有发送成功").waitFor({ state: "detached" });
  await lin.page.getByText("已发送").waitFor();
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 1, "the same id both times");
  await visitor.chat.locator(".msg.agent").filter({ hasText: "只说一遍" }).waitFor();
  assert.equal(await visitor.chat.locator(".msg.agent .text").filter({ hasText: "只说一遍" }).count(), 1);
});

test("a login that has ended asks to sign in again and keeps the draft", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1");
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.reply.fill("写到一半");
  await lin.page.context().clearCookies();
  await lin.view("已结束");
  await lin.page.getByText("登录已失效，请重新登录").waitFor();
  await shot(lin.page, "console-wide-light-62-expired");
  await checkAccessible(lin.page.mainFrame(), "expired");
  await lin.signIn("agent1", server.passwords.get("agent1"));
  await lin.online();
  assert.equal(await lin.reply.inputValue(), "写到一半");
  await lin.reply.press("Enter");
  await visitor.chat.locator(".msg.agent").filter({ hasText: "写到一半" }).waitFor();
});

test("what may not be said is refused, and the words stay", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1", { allow: [/400 \(Bad Request\)/] });
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.reply.fill("放心，保证给您通过");
  await lin.reply.press("Enter");
  await lin.page.getByText("这条消息不能发送").waitFor();
  await shot(lin.page, "console-wide-light-63-refused");
  await lin.button("撤回修改").click();
  assert.equal(await lin.reply.inputValue(), "放心，保证给您通过");
  assert.equal(await visitor.chat.locator(".msg.agent").count(), 0);
});

test("with the keyboard alone, and canned replies by a slash", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const visitor = await newVisitor(t, browser, server);
  await visitor.say("转人工");
  const lin = await openConsole(t, browser, server, "agent1", { presence: "忙碌" });
  const { keyboard } = lin.page;
  await lin.rows.first().waitFor();
  await lin.page.locator("h1").first().evaluate(() => document.activeElement.blur());
  await keyboard.press("?");
  await lin.dialog.getByText("切换分类").waitFor();
  await shot(lin.page, "console-wide-light-64-shortcuts");
  await checkAccessible(lin.page.mainFrame(), "shortcuts");
  await keyboard.press("Escape");
  await lin.dialog.waitFor({ state: "detached" });
  await keyboard.press("a"); // asks nothing of a conversation that is opened later
  let slow = true; // a key that comes before the conversation is there waits for it
  await lin.page.route(/conversations\/[^/]+(\/events.*)?$/, async (route) => {
    await eventually(() => assert.equal(slow, false));
    await route.continue();
  });
  await keyboard.press("j");
  await lin.button("接入").last().waitFor();
  assert.equal(await lin.messages.count(), 0);
  await keyboard.press("a");
  await lin.reply.waitFor();
  slow = false;
  await lin.messages.filter({ hasText: "转人工" }).first().waitFor();
  await eventually(async () => assert.equal(await lin.reply.evaluate((el) => el === document.activeElement), true));
  await keyboard.type("/问好");
  await lin.page.getByRole("option", { name: "问好" }).waitFor();
  await keyboard.press("Enter");
  assert.match(await lin.reply.inputValue(), /我是客服小林/, "the agent's name is filled in");
  await keyboard.press("Shift+Enter");
  await keyboard.type("请讲");
  await keyboard.press("Enter");
  await visitor.chat.locator(".msg.agent").filter({ hasText: "请讲" }).waitFor();
  await keyboard.press("Escape");
  await keyboard.press("e");
  await lin.dialog.getByText("访客会收到服务评价的邀请").waitFor();
  await keyboard.press("Escape");
  await lin.dialog.waitFor({ state: "detached" });
  await keyboard.press("/");
  await eventually(async () => assert.equal(await lin.page.getByRole("searchbox").evaluate((el) => el === document.activeElement), true));
  await keyboard.press("Escape");

  await lin.button("设置").click();
  await lin.dialog.getByRole("switch", { name: "启用单键快捷键" }).click();
  await lin.dialog.getByRole("button", { name: "关闭" }).click();
  await lin.page.evaluate(() => document.activeElement.blur());
  await keyboard.press("?");
  assert.equal(await lin.dialog.count(), 0, "single keys are switched off");
});

test("five thousand conversations: only what is seen is in the page", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "lead", { allow: networkErrors });
  const count = 5_000;
  let above = 0; // that have ended since
  const row = (i) => ({
    session: `s${i}`, desk: "service", owner: "closed", reason: "asked", since: "2026-11-20T01:00:00Z", ended_at: "2026-11-20T02:00:00Z",
    name: `访客 ${i}`, last: { from: "visitor", text: `第 ${i} 个会话`, at: "2026-11-20T01:30:00Z" }, unread: false, tags: [], wait_s: 5,
  });
  await lin.page.route(/conversations\?/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
    const items = Array.from({ length: Math.min(limit, count + above - from) }, (_, i) => row(from + i - above));
    return route.fulfill({ json: { items, next: from + limit < count + above ? String(from + limit) : "", total: count + above } });
  });
  await lin.view("已结束");
  await lin.page.getByText("访客 0", { exact: true }).waitFor();
  const scroll = lin.page.locator(".scroll");
  const held = () => lin.rows.count();
  // From the first row to the last, a screen at a time, as one scrolls.
  await lin.page.setViewportSize({ width: 1440, height: 2_800 });
  const { met, most } = await scroll.evaluate(async (el, count) => {
    const met = new Set();
    let most = 0;
    while (!met.has(count - 1)) {
      const rows = [...document.querySelectorAll(".entry-name")];
      most = Math.max(most, rows.length);
      const view = el.getBoundingClientRect();
      for (const row of rows) {
        const at = row.getBoundingClientRect();
        if (at.bottom > view.top && at.top < view.bottom) met.add(Number(row.textContent.slice(3)));
      }
      el.scrollTop += el.clientHeight - 84;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return { met: met.size, most };
  }, count);
  assert.ok(most < 60, `${most} rows in the page`);
  assert.equal(met, count, "every row came into view");

  /** The row in the middle of the list: which one it is, and which one it should be. */
  const middle = () => scroll.evaluate((el) => {
    const view = el.getBoundingClientRect();
    const hit = document.elementFromPoint(view.left + 40, view.top + view.height / 2).closest(".entry");
    return [Math.floor((el.scrollTop + el.clientHeight / 2) / 84), Number(hit?.querySelector(".entry-name").textContent.slice(3))];
  });
  for (const at of [0, 0.5, 0.25, 0.99, 0.1]) {
    await scroll.evaluate((el, at) => (el.scrollTop = at * (el.scrollHeight - el.clientHeight)), at);
    await eventually(async () => {
      const [wanted, shown] = await middle();
      assert.equal(shown, wanted);
    });
    assert.ok((await held()) < 60);
  }

  // A connection that comes back moves nothing, nor does what comes above.
  await scroll.evaluate((el) => (el.scrollTop = 84 * 450));
  await eventually(async () => assert.equal((await middle())[1], (await middle())[0]));
  const [, before] = await middle();
  const pages = [];
  lin.page.on("request", (r) => /view=closed/.test(r.url()) && pages.push(r.url()));
  above = 3;
  await lin.page.context().setOffline(true);
  await lin.page.locator(".banner").waitFor();
  await lin.page.context().setOffline(false);
  await lin.online();
  await eventually(async () => {
    const [at, shown] = await middle();
    assert.deepEqual([at - above, shown], [before, before]);
  });
  assert.ok(pages.length > 4 && pages.length < 8, `${pages.length} pages read again`);
  await scroll.evaluate((el) => (el.scrollTop = 0));
  await lin.page.getByText("访客 -3", { exact: true }).waitFor();
  const first = lin.page.getByRole("listitem").first();
  assert.equal(await first.getAttribute("aria-posinset"), "1");
});

test("an agent who reads further up is left there, and told what is new", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const desk = await openConsole(t, browser, server, "agent1");
  const visitor = await newVisitor(t, browser, server);
  await visitor.fillIn(applicants.notEligible);
  await visitor.say("转人工");
  await desk.view("我的");
  await desk.rows.first().click();
  await desk.reply.waitFor();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await desk.page.route(/\/messages$/, async (route) => {
    await held;
    await route.continue();
  });
  await desk.say("您好，请讲。");
  await desk.log.evaluate((el) => (el.scrollTop = 100));
  await desk.button("回到最新").waitFor();
  release();
  await desk.page.locator(".msg .sending").waitFor({ state: "detached" });
  await visitor.answers.filter({ hasText: "您好，请讲。" }).waitFor();
  await visitor.input.fill("在吗");
  await visitor.input.press("Enter");
  const pill = desk.button("1 条新消息");
  await pill.waitFor();
  assert.equal(await desk.log.evaluate((el) => el.scrollTop), 100);
  await pill.click();
  await pill.waitFor({ state: "detached" });
});

test("in English, notices, reasons, details, desks, steps and errors are too", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const lin = await openConsole(t, browser, server, "agent1", { allow: [/409 \(Conflict\)/] });
  const { page, rows } = lin;
  const visitor = await newVisitor(t, browser, server);
  await visitor.fillIn(applicants.notEligible);
  await visitor.submit();
  await visitor.say("转人工");
  await inEnglish(page);
  await page.getByRole("tab", { name: "Mine" }).click();
  await rows.first().click();
  const notices = page.locator(".log .notice");
  for (const words of ["Application submitted", "Decision: Not eligible", "not real-name verified", "Waiting for an agent.", "小林 has taken over."]) {
    await notices.filter({ hasText: words }).first().waitFor();
  }
  assert.ok((await notices.first().getAttribute("title")).includes("申请已提交"), "what the visitor reads is gone");
  const [title, reasons, plain] = await notices.filter({ hasText: "Decision" }).evaluate((el) => [
    getComputedStyle(el.querySelector("strong")).color,
    getComputedStyle(el).color,
    getComputedStyle(document.body).color,
  ]);
  assert.equal(reasons, plain, "only the decision itself is coloured");
  assert.notEqual(title, plain);
  await shot(page, "console-wide-light-62-decision");
  await checkAccessible(page.mainFrame(), "a decision");
  const panel = page.getByRole("complementary", { name: "Visitor details" });
  await panel.getByText("ID number").waitFor();
  await panel.getByText("Customer service").waitFor();
  await panel.locator(".reasons").getByText("not real-name verified").waitFor();

  const told = "这个会话已由其他同事处理。";
  await page.route("**/transfer", (r) => r.fulfill({ status: 409, json: { code: "conflict", detail: told } }));
  await page.locator(".actions").getByRole("button", { name: "Transfer" }).click();
  await lin.dialog.getByText("Review", { exact: true }).click();
  await lin.dialog.getByRole("button", { name: "Transfer" }).click();
  await lin.toast.filter({ hasText: "This has changed meanwhile." }).waitFor();
  assert.equal(await lin.toast.getAttribute("title"), told);

  const form = await newVisitor(t, browser, server);
  await form.say("开通分付");
  await form.press("同意");
  await form.say("转人工");
  const lead = await openConsole(t, browser, server, "lead");
  await inEnglish(lead.page);
  await lead.page.getByRole("tab", { name: "All" }).click();
  await lead.rows.filter({ hasText: "Visitor" }).click(); // who has given no name
  await lead.page.locator(".step").getByText("Consent to disclose").waitFor();
  await lead.page.getByRole("button", { name: "Overview", exact: true }).click();
  for (const words of ["Customer service", "ID number"]) await lead.page.locator("main").getByText(words, { exact: true }).first().waitFor();
  await shot(lead.page, "console-wide-light-63-overview-english");
});

async function inEnglish(page) {
  await page.getByRole("button", { name: "设置", exact: true }).click();
  await page.getByText("English").click();
  await page.keyboard.press("Escape");
}
