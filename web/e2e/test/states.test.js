// Every state that the widget can be in, looked at and checked for access.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkAccessible, composition, newContext, profiles, shot, small, startBrowser } from "../lib/browser.js";
import { fakeSocket } from "../lib/fake.js";
import { startServer } from "../lib/server.js";
import { Widget, eventually } from "../lib/widget.js";

const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>javascript:alert(1) {{7*7}} \u202Egnp.exe`;

async function setUp(t, profile, play, { clock = false, ...options } = {}) {
  const browser = await startBrowser(t);
  if (!browser) return null;
  const server = await startServer(t);
  const context = await newContext(t, browser, profile, options);
  if (clock) await context.clock.install();
  const peers = await fakeSocket(context, play);
  const page = await context.newPage();
  await page.goto(server.url);
  const widget = new Widget(page);
  await widget.launcher.click();
  return { widget, peers, page, context };
}

const welcome = (peer) => peer.welcome();

describe("who is speaking", () => {
  for (const profile of Object.keys(profiles)) {
    test(profile, async (t) => {
      const s = await setUp(t, profile, welcome);
      if (!s) return;
      const { widget, peers, page } = s;
      await widget.online();
      const [peer] = peers;
      const look = async (name) => {
        await shot(page, `${profile}-${name}`);
        await checkAccessible(await widget.frame(), `${profile} ${name}`);
        await widget.assertInPlace();
      };

      peer.event({ from: "visitor", origin: undefined, text: "提前还款有手续费吗", at: "2026-11-20T09:12:00Z" });
      peer.event({ origin: "knowledge", text: "还款入口在钱包的分付页面，可以随时查看账单和还款。", at: "2026-11-20T09:12:01Z" });
      peer.event({ from: "visitor", origin: undefined, text: "我想再确认一下" });
      peer.send({ type: "typing", from: "bot", on: true });
      peer.send({ type: "delta", reply_to: "c1", text: "分付可以随时" });
      peer.send({ type: "delta", reply_to: "c1", text: "提前还款，" });
      await widget.chat.getByText("分付可以随时提前还款，").waitFor();
      await look("20-ai-writing");
      peer.event({ origin: "ai", text: "分付可以随时提前还款，具体以账单页面的显示为准。" });
      await widget.chat.locator(".caret").waitFor({ state: "detached" });
      await widget.chat.getByText("AI 生成").waitFor();

      peer.event({ from: "visitor", origin: undefined, text: "转人工" });
      peer.event({ from: "system", kind: "notice", code: "handoff.waiting", text: "正在为您转接人工客服。", choices: [{ value: "handoff.leave", label: "取消排队" }] });
      peer.send({ type: "queue", position: 3, wait_s: 120 });
      await widget.chat.getByText("您排在第 3 位，预计等待约 2 分钟").waitFor();
      await look("21-queue");
      peer.event({ from: "system", kind: "notice", code: "handoff.taken", text: "客服“小林”为您服务。", data: { agent: "小林" } });
      peer.event({ from: "agent", origin: "human", text: "您好，我是小林，看到您在问提前还款，请问是哪一笔账单？" });
      peer.send({ type: "typing", from: "agent", on: true });
      await widget.status.filter({ hasText: "人工客服 小林 为您服务" }).waitFor();
      await widget.chat.getByText("正在输入").waitFor();
      await look("22-human");
      assert.equal(await widget.button("转人工").count(), 0, "a person is there already");

      await widget.input.fill("是上个月那笔");
      await eventually(() => assert.ok(peer.got.some((f) => f.type === "typing" && f.on)));

      const stars = [5, 4, 3, 2, 1].map((n) => ({ value: `rating.${n}`, label: ["很不满意", "不满意", "一般", "满意", "很满意"][n - 1] }));
      peer.event({ from: "system", kind: "notice", code: "handoff.closed", text: "本次人工服务已结束。\n方便的话，请为这次服务打个分。", choices: stars });
      await widget.choices.nth(4).waitFor();
      const tops = await widget.choices.evaluateAll((all) => all.map((el) => el.getBoundingClientRect().top));
      assert.equal(new Set(tops).size, 1, "the five are in one row");
      await look("23-rating");
      peer.event({ from: "system", kind: "notice", code: "handoff.offline", text: "客服现在都不在线。请直接写下您的问题。", choices: [{ value: "handoff.skip", label: "不留言了" }] });
      await widget.chat.getByText("客服上线后会在这里回复，您可以先离开。").waitFor();
      await look("24-offline");
    });
  }
});

test("whatever is written stays text", async (t) => {
  const s = await setUp(t, "desktop-light", welcome);
  if (!s) return;
  const { widget, peers } = s;
  await widget.online();
  const [peer] = peers;
  await widget.input.fill(evil);
  await widget.input.press("Enter");
  await widget.said.filter({ hasText: "onerror" }).waitFor();
  peer.event({ text: evil });
  peer.event({ from: "system", kind: "notice", code: "handoff.taken", text: evil, data: { agent: evil } });
  peer.event({ from: "agent", origin: "human", text: `${evil}\n・${evil}` });
  peer.event({ from: "system", origin: undefined, kind: "notice", code: evil, text: evil });
  peer.event({
    from: "system", origin: undefined, kind: "notice", code: "application.decided", text: `${evil}\n${evil}`,
    data: { decision: evil, reasons: [{ code: evil, text_zh: `${evil}!` }] },
  });
  peer.event({ kind: "choices", text: evil, choices: [{ value: evil, label: evil }] });
  peer.send({ type: "error", code: "invalid", message: evil });
  await widget.chat.locator(".toast").waitFor();

  const frame = await widget.frame();
  const found = await frame.evaluate(() => ({
    title: document.title,
    made: document.querySelectorAll("#app img, #app script, #app a").length,
  }));
  assert.deepEqual(found, { title: "分付客服", made: 0 });
  const shown = await widget.chat.locator("#app").innerText();
  assert.ok(shown.includes(`<img src=x onerror="document.title='owned'">`));
  // An outcome that is unknown is for a person to look at, never a yes.
  await widget.chat.getByText("评估结果：人工复核").waitFor();
});

test("only the latest buttons work, and only until something was said", async (t) => {
  const s = await setUp(t, "desktop-light", welcome);
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.online();
  const [peer] = peers;
  const ask = (text) => peer.event({ kind: "choices", text, choices: [{ value: "a", label: "甲" }, { value: "b", label: "乙" }] });
  ask("第一问");
  ask("第二问");
  await widget.choices.first().waitFor();
  assert.equal(await widget.choices.count(), 2);

  let pressed = null;
  peer.onMessage = (frame) => (pressed = frame);
  await widget.choices.filter({ hasText: "乙" }).click();
  await eventually(() => assert.deepEqual({ ...pressed, id: "" }, { type: "choose", id: "", value: "b" }));
  assert.equal(await widget.choices.filter({ hasText: "甲" }).isDisabled(), true);
  await shot(page, "desktop-light-23-choosing");
  await checkAccessible(await widget.frame(), "choosing");

  peer.send({ type: "error", code: "unavailable", message: "系统开了小差，请稍后再试。", id: pressed.id });
  await widget.chat.getByText("系统开了小差").waitFor();
  await widget.choices.filter({ hasText: "甲" }).click(); // changed their mind
  await eventually(() => assert.equal(pressed.value, "a"));
  assert.equal(await widget.chat.locator(".failed").count(), 0);
  peer.event({ from: "visitor", origin: undefined, text: "甲", id: pressed.id });
  await widget.choices.first().waitFor({ state: "detached" });
});

test("a message that was refused keeps its text, and can be sent again", async (t) => {
  const s = await setUp(t, "phone-light", welcome);
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.online();
  const [peer] = peers;
  const sent = [];
  peer.onMessage = (frame) => {
    sent.push(frame);
    peer.send({ type: "error", code: "unavailable", message: "系统开了小差，请稍后再试。", id: frame.id });
  };
  await widget.input.fill("一段很重要的话");
  await widget.button("发送").click();
  await widget.chat.locator(".failed").filter({ hasText: "一段很重要的话" }).waitFor();
  await shot(page, "phone-light-24-failed");
  await checkAccessible(await widget.frame(), "failed");

  await widget.button("撤回").click();
  assert.equal(await widget.input.inputValue(), "一段很重要的话");
  await widget.button("发送").click();
  await widget.chat.locator(".failed").waitFor();
  peer.onMessage = (frame) => {
    sent.push(frame);
    peer.take(frame);
  };
  await widget.button("重新发送").click();
  await widget.pending.waitFor({ state: "detached" });
  assert.equal(await widget.said.count(), 1);
  assert.equal(sent.at(-1).id, sent.at(-2).id, "sent again under another id");
  assert.notEqual(sent[0].id, sent[1].id);
});

test("without a network for long, a message is marked, and still goes out by itself", async (t) => {
  const s = await setUp(t, "desktop-light", welcome, { clock: true });
  if (!s) return;
  const { widget, peers, context } = s;
  await widget.online();
  await context.setOffline(true);
  await widget.input.fill("一段很重要的话");
  await widget.input.press("Enter");
  await widget.chat.getByText("等待网络，将自动发送").waitFor();
  await context.clock.fastForward(16_000);
  await widget.chat.getByText("未发送成功").waitFor();
  await widget.chat.locator(".failed").filter({ hasText: "一段很重要的话" }).waitFor();
  await context.setOffline(false);
  await context.clock.fastForward(1_000);
  await widget.pending.waitFor({ state: "detached" });
  assert.equal(await widget.said.count(), 1);
  assert.equal(peers.at(-1).got.filter((f) => f.type === "send").length, 1);
});

test("a server that acks nothing is left for a new connection, and the message keeps its id", async (t) => {
  const s = await setUp(t, "desktop-light", welcome, { clock: true });
  if (!s) return;
  const { widget, peers, context } = s;
  await widget.online();
  peers[0].onMessage = () => {};
  await widget.input.fill("你好");
  await widget.input.press("Enter");
  await eventually(() => assert.ok(peers[0].got.some((f) => f.type === "send")));
  await context.clock.fastForward(9_000);
  await context.clock.fastForward(1_000);
  await widget.pending.waitFor({ state: "detached" });
  const ids = peers.flatMap((p) => p.got.filter((f) => f.type === "send").map((f) => f.id));
  assert.deepEqual(ids, [ids[0], ids[0]]);
  assert.equal(await widget.said.count(), 1);
});

test("told to slow down, it waits and sends by itself", async (t) => {
  const s = await setUp(t, "desktop-light", welcome);
  if (!s) return;
  const { widget, peers } = s;
  await widget.online();
  const [peer] = peers;
  let first = null;
  peer.onMessage = (frame) => {
    if (first) return peer.take(frame);
    first = { frame, at: Date.now() };
    peer.send({ type: "error", code: "limited", message: "发送太快了。", id: frame.id, retry_after_ms: 300 });
  };
  await widget.input.fill("你好");
  await widget.input.press("Enter");
  await eventually(() => assert.equal(peer.got.filter((f) => f.type === "send").length, 2));
  assert.ok(Date.now() - first.at >= 300);
  await widget.pending.waitFor({ state: "detached" });
  assert.equal(await widget.said.count(), 1);
});

test("a gap, a repetition or a broken frame in the log is made good", async (t) => {
  const s = await setUp(t, "desktop-light", (peer) => {
    peer.welcome({ seq: peer.index === 0 ? 2 : 3 });
    const text = (seq) => peer.event({ seq, text: `第${seq}句` });
    if (peer.index === 0) {
      for (const seq of [1, 2, 2, 1]) text(seq);
      peer.socket.send("not JSON");
      peer.send({ type: "something.new", seq: 99 });
      text(4);
    } else {
      for (let seq = peer.hello.after + 1; seq <= 4; seq++) text(seq);
    }
  });
  if (!s) return;
  const { widget, peers } = s;
  await widget.chat.getByText("第4句").waitFor();
  assert.deepEqual(await widget.transcript(), ["第1句", "第2句", "第3句", "第4句"]);
  assert.equal(peers[1].hello.after, 2);
});

test("a log shorter than ours is another one", async (t) => {
  const s = await setUp(t, "desktop-light", (peer) => {
    const texts = peer.index === 0 ? ["旧一", "旧二", "旧三"] : ["新一"];
    peer.welcome({ seq: texts.length });
    texts.slice(peer.hello.after).forEach((text, i) => peer.event({ seq: peer.hello.after + i + 1, text }));
  });
  if (!s) return;
  const { widget, peers } = s;
  await widget.chat.getByText("旧三").waitFor();
  peers[0].close(4000);
  await widget.chat.getByText("新一").waitFor();
  assert.deepEqual(await widget.transcript(), ["新一"]);
  assert.equal(peers.at(-1).hello.after, 0);
});

test("a log that was taken back is read from its beginning, though it has grown since", async (t) => {
  const s = await setUp(t, "desktop-light", (peer) => {
    const texts = peer.index === 0 ? ["旧一", "旧二"] : ["旧一", "新二", "新三"];
    peer.welcome({ seq: texts.length });
    texts.slice(peer.hello.after).forEach((text, i) => peer.event({ seq: peer.hello.after + i + 1, text }));
  });
  if (!s) return;
  const { widget, peers } = s;
  await widget.chat.getByText("旧二").waitFor();
  peers[0].onMessage = () => peers[0].close(4011);
  await widget.input.fill("还没有确认的话");
  await widget.input.press("Enter");
  await widget.chat.getByText("新三").waitFor();
  assert.equal(peers.at(-1).hello.after, 0);
  await eventually(() => assert.equal(peers.at(-1).got.filter((f) => f.type === "send").length, 1));
  await eventually(async () => assert.deepEqual(await widget.transcript(), ["旧一", "新二", "新三", "还没有确认的话"]));
});

test("bye names the time to come back, and that is kept to", async (t) => {
  const s = await setUp(t, "desktop-light", welcome);
  if (!s) return;
  const { widget, peers } = s;
  await widget.online();
  const left = Date.now();
  peers[0].send({ type: "bye", reconnect_after_ms: 900 });
  peers[0].close(4000);
  await eventually(() => assert.equal(peers.length, 2));
  assert.ok(Date.now() - left >= 900, `${Date.now() - left} ms`);
  await widget.online();
});

test("a closed session says so and offers a new one", async (t) => {
  const s = await setUp(t, "desktop-light", (peer) => {
    peer.welcome({ seq: peer.index === 0 ? 1 : 0 });
    if (peer.index === 0) peer.event({ text: "再见" });
  });
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.chat.getByText("再见").waitFor();
  peers[0].close(4504);
  await widget.chat.getByText("可以开始新的会话").waitFor();
  assert.equal(await widget.input.isDisabled(), true);
  await shot(page, "desktop-light-25-ended");
  await checkAccessible(await widget.frame(), "ended");
  await widget.button("开始新会话").click();
  await widget.online();
  assert.notEqual(peers[1].hello.token, peers[0].hello.token);
  assert.equal(await widget.said.count(), 0);
});

test("a token that is refused is replaced; what was not sent goes back to the visitor", async (t) => {
  const s = await setUp(t, "desktop-light", welcome);
  if (!s) return;
  const { widget, peers } = s;
  await widget.online();
  peers[0].onMessage = () => peers[0].close(4503);
  await widget.input.fill("还没有发出去的话");
  await widget.input.press("Enter");
  await widget.chat.getByText("上次的会话已过期").waitFor();
  await widget.online();
  assert.equal(await widget.input.inputValue(), "还没有发出去的话");
  assert.notEqual(peers[1].hello.token, peers[0].hello.token);
  assert.equal(peers[1].got.filter((f) => f.type === "send").length, 0);
});

test("reading older messages is not disturbed by new ones", async (t) => {
  const s = await setUp(t, "phone-dark", (peer) => {
    peer.welcome({ seq: 30, read: 30 });
    for (let i = 1; i <= 30; i++) peer.event({ text: `第 ${i} 句，写得长一些，好让它占满几行，使对话需要滚动才能看完。` });
  });
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.chat.getByText("第 30 句").waitFor();
  const [peer] = peers;
  await widget.assertInPlace();
  await widget.log.evaluate((el) => (el.scrollTop = 200));
  await widget.button("回到最新").waitFor();
  peer.event({ text: "新的一句" });
  peer.event({ text: "又一句" });
  const pill = widget.button("2 条新消息");
  await pill.waitFor();
  assert.equal(await widget.log.evaluate((el) => el.scrollTop), 200);
  assert.ok(!peer.got.some((f) => f.type === "read" && f.seq > 30), "read before it was seen");
  await shot(page, "phone-dark-26-pill");
  await checkAccessible(await widget.frame(), "pill");
  await pill.click();
  await pill.waitFor({ state: "detached" });
  await eventually(() => assert.ok(peer.got.some((f) => f.type === "read" && f.seq === 32)));
});

test("a long answer is read from its beginning", async (t) => {
  const s = await setUp(t, "phone-light", welcome, small);
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.online();
  const [peer] = peers;
  const greeting = widget.chat.locator(".emblem");
  assert.ok((await greeting.boundingBox()).y > (await widget.log.boundingBox()).y, "the greeting begins above the screen");

  await widget.input.fill("开通分付");
  await widget.input.press("Enter");
  await widget.said.waitFor();
  const lines = Array.from({ length: 20 }, (_, i) => `・第 ${i + 1} 条说明`);
  peer.event({ kind: "choices", text: lines.join("\n"), choices: [{ value: "yes", label: "同意" }] });
  await widget.button("回到最新").waitFor();
  const inView = (text) => widget.chat.getByText(text, { exact: true }).evaluate((el) => {
    const [line, log] = [el, el.closest(".log")].map((e) => e.getBoundingClientRect());
    return line.top >= log.top && line.bottom <= log.bottom;
  });
  assert.ok(await inView("・第 1 条说明"), "the first line is out of sight");
  await shot(page, "phone-light-28-long-answer");
  await checkAccessible(await widget.frame(), "long answer");

  // What the visitor says comes into view, and what is short after it.
  await widget.input.fill("同意");
  await widget.input.press("Enter");
  await widget.said.nth(1).waitFor();
  peer.event({ text: "好的。" });
  await widget.chat.getByText("好的。").waitFor();
  await eventually(async () => assert.ok(await inView("好的。")));
});

test("a message that goes out by itself leaves the reader where they are", async (t) => {
  const s = await setUp(t, "desktop-light", (peer) => {
    peer.welcome({ seq: 20, read: 20 });
    for (let i = 1; i <= 20 && peer.index === 0; i++) peer.event({ text: `第 ${i} 句，写得长一些，好让它占满几行，使对话需要滚动才能看完。` });
    peer.seq = 20;
  });
  if (!s) return;
  const { widget, context } = s;
  await widget.chat.getByText("第 20 句").waitFor();
  await context.setOffline(true);
  await widget.input.fill("断网时说的话");
  await widget.input.press("Enter");
  await widget.chat.getByText("等待网络，将自动发送").waitFor();
  await widget.log.evaluate((el) => (el.scrollTop = 200));
  await widget.button("回到最新").waitFor();
  await context.setOffline(false);
  await widget.pending.waitFor({ state: "detached" });
  assert.equal(await widget.log.evaluate((el) => el.scrollTop), 200);
});

test("what came while nobody looked is marked, until it is answered", async (t) => {
  const s = await setUp(t, "phone-light", welcome);
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.online();
  const [peer] = peers;
  const line = widget.chat.getByText("以下是新消息");
  peer.event({ text: "看着的时候来的" });
  await widget.chat.getByText("看着的时候来的").waitFor();
  assert.equal(await line.count(), 0);
  await widget.button("收起聊天窗口").click();
  await widget.panel.waitFor({ state: "hidden" });
  for (let i = 1; i <= 20; i++) peer.event({ from: "agent", origin: "human", text: `第 ${i} 句` });
  await widget.badge.filter({ hasText: "20" }).waitFor();
  await widget.launcher.click();
  const log = await widget.log.boundingBox();
  const at = await line.boundingBox();
  assert.ok(at.y >= log.y && at.y < log.y + log.height / 2, "the first of them is not what is seen first");
  await shot(page, "phone-light-29-news");
  await checkAccessible(await widget.frame(), "news");
  await widget.button("20 条新消息").click();
  await eventually(() => assert.ok(peer.got.some((f) => f.type === "read" && f.seq === 21)));
  await widget.input.fill("收到");
  await widget.input.press("Enter");
  await line.waitFor({ state: "detached" });
});

test("on a small phone everything fits and is large enough for a finger", async (t) => {
  const s = await setUp(t, "phone-light", welcome, small);
  if (!s) return;
  const { widget, peers } = s;
  await widget.online();
  const cut = () => widget.status.evaluate((el) => el.scrollWidth > el.clientWidth);
  assert.equal(await cut(), false, "who answers is cut off");
  const reached = async (button, name) => {
    const missed = await button.evaluate((el) => {
      const { left, top, width, height } = el.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      return [[0, 0], [0, -21], [0, 21], [-19, 0], [19, 0]].filter(([dx, dy]) => !el.contains(document.elementFromPoint(x + dx, y + dy)));
    });
    assert.deepEqual(missed, [], `${name} is too small`);
  };
  for (const name of ["转人工", "服务说明与投诉渠道", "收起聊天窗口", "发送"]) await reached(widget.chat.locator(".header, .composer").getByRole("button", { name, exact: true }), name);
  const [peer] = peers;
  peer.event({ from: "visitor", origin: undefined, text: "转人工" });
  peer.event({ from: "system", kind: "notice", code: "handoff.waiting", text: "正在为您转接人工客服。" });
  peer.send({ type: "queue", position: 3, wait_s: 120 });
  await widget.button("取消排队").waitFor();
  await reached(widget.button("取消排队"), "取消排队");
  peer.onMessage = (frame) => peer.send({ type: "error", code: "unavailable", message: "系统开了小差，请稍后再试。", id: frame.id });
  await widget.input.fill("你好");
  await widget.input.press("Enter");
  await widget.button("重新发送").waitFor();
  for (const name of ["重新发送", "撤回"]) await reached(widget.button(name), name);
});

test("with the keyboard up, or on its side, a phone leaves most of its height to what was said", async (t) => {
  const s = await setUp(t, "phone-light", welcome, { viewport: { width: 360, height: 380 } });
  if (!s) return;
  const { widget, page } = s;
  await widget.online();
  await widget.chat.getByText("演示环境，请勿填写真实信息").waitFor();
  for (const [name, viewport] of [["keyboard", { width: 360, height: 380 }], ["landscape", { width: 740, height: 360 }]]) {
    await page.setViewportSize(viewport);
    const frame = await widget.frame();
    await eventually(async () => assert.equal(await frame.evaluate(() => innerHeight), viewport.height));
    const around = await frame.evaluate(() => innerHeight - document.querySelector("main").getBoundingClientRect().height);
    assert.ok(around <= 145, `${name}: header, strip and foot take ${around}`);
    await shot(page, `phone-light-28-${name}`);
    await checkAccessible(frame, name);
    await widget.assertInPlace();
  }
});

test("Enter chooses a word of the input method, and sends only after that", async (t) => {
  const s = await setUp(t, "desktop-light", welcome);
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.online();
  await widget.input.focus();
  const ime = await composition(page);
  await ime.compose("kaitong");
  await ime.enter();
  assert.equal(await widget.input.inputValue(), "kaitong", "the word that is being composed stays");
  await ime.choose("开通分付");
  assert.deepEqual(peers[0].got.filter((f) => f.type === "send"), []);
  await widget.input.press("Enter");
  await eventually(() => assert.deepEqual(peers[0].got.filter((f) => f.type === "send").map((f) => f.text), ["开通分付"]));
});

test("long text is counted, and too long text is not sent", async (t) => {
  const s = await setUp(t, "phone-light", welcome);
  if (!s) return;
  const { widget, peers, page } = s;
  await widget.online();
  await widget.input.fill("好".repeat(1850));
  await widget.chat.getByText("1850 / 2000").waitFor();
  await widget.input.fill("好".repeat(2003));
  await widget.chat.getByText("超出 3 字").waitFor();
  await widget.input.press("Enter");
  assert.equal(await widget.button("发送").isDisabled(), true);
  await shot(page, "phone-light-27-too-long");
  await checkAccessible(await widget.frame(), "too long");
  await widget.input.fill("😀".repeat(2000)); // characters, not UTF-16 units
  await widget.input.press("Enter");
  await eventually(() => assert.equal(peers[0].got.filter((f) => f.type === "send").length, 1));
});
