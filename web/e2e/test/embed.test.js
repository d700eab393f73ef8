// The widget on other people's pages: strict policies, foreign windows, the API.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { checkAccessible, newContext, shot, startBrowser } from "../lib/browser.js";
import { startServer } from "../lib/server.js";
import { Widget, eventually } from "../lib/widget.js";

/** A shop's page on an origin of its own, as strict as a page can be. */
async function startHost(t, page) {
  const host = createServer((req, res) => {
    const { body, policy, type = "text/html; charset=utf-8" } = page(new URL(req.url, "http://host").pathname) ?? {};
    if (body === undefined) return void res.writeHead(404).end();
    res.writeHead(200, { "Content-Type": type, ...(policy && { "Content-Security-Policy": policy }) }).end(body);
  });
  host.listen(0, "127.0.0.1");
  await once(host, "listening");
  t.after(() => host.close() && host.closeAllConnections());
  return `http://127.0.0.1:${host.address().port}`;
}

const shop = (url, attributes = "") => `<!doctype html><html lang="zh-CN"><head><title>商店</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><script src="/shop.js"></script><script src="${url}/widget.js" ${attributes}></script></head>
<body><main><h1>商店</h1><button type="button">前一个</button></main></body></html>`;

const strict = (url) =>
  `default-src 'none'; script-src 'self' ${url}; frame-src 'self' ${url}; img-src data:; require-trusted-types-for 'script'`;

/** A page of a shop with the widget; the server allows the shop's origin. */
async function setUp(t, { attributes, allowed = true, allow, profile } = {}) {
  const browser = await startBrowser(t);
  if (!browser) return null;
  let url = "";
  const origin = await startHost(t, (path) => {
    if (path === "/") return { body: shop(url, attributes), policy: strict(url) };
    if (path === "/shop.js") return { body: listener, type: "text/javascript" };
    if (path === "/foreign") return { body: "<!doctype html><title>foreign</title>" };
  });
  const server = await startServer(t, ...(allowed ? ["--allowed-origins", origin] : []));
  url = server.url;
  const context = await newContext(t, browser, profile, { allow });
  const page = await context.newPage();
  await page.goto(origin);
  return { page, origin, context, server, widget: new Widget(page) };
}

// What the shop itself does: it listens for everything from the start.
const listener = `
  window.heard = [];
  addEventListener("load", () => {
    for (const name of ["ready", "opened", "closed", "message", "unread"]) {
      window.fenfu.on(name, (detail) => window.heard.push({ name, detail }));
    }
  });`;

const heard = (page, name) => page.evaluate((n) => window.heard.filter((e) => e.name === n), name);

test("on another origin, under a strict policy, with the whole API", async (t) => {
  const s = await setUp(t, { attributes: 'data-title="商店客服" data-color="#ffd54a" data-position="left"' });
  if (!s) return;
  const { page, widget } = s;
  await eventually(async () => assert.equal((await heard(page, "ready")).length, 1));

  await page.evaluate(() => window.fenfu.open());
  await widget.online();
  assert.equal((await heard(page, "opened")).length, 1);
  assert.equal(await widget.chat.getByRole("heading", { name: "商店客服" }).count(), 1);
  assert.ok((await widget.panel.boundingBox()).x < 100, "not on the left");
  await shot(page, "desktop-light-30-embedded");
  await checkAccessible(await widget.frame(), "light colour");

  await page.evaluate(() => window.fenfu.send("你好"));
  await widget.said.filter({ hasText: "你好" }).waitFor();
  await eventually(async () => assert.ok((await heard(page, "message")).some((e) => e.detail.from === "bot")));
  const [{ detail }] = await heard(page, "message");
  assert.deepEqual(Object.keys(detail).sort(), ["at", "from", "kind", "seq"], "the page is told more than it may know");

  await page.evaluate(() => window.fenfu.toggle());
  assert.equal((await heard(page, "closed")).length, 1);
  await page.evaluate(() => window.fenfu.send("开通分付需要什么条件"));
  await eventually(async () => assert.ok((await heard(page, "unread")).some((e) => e.detail.count > 0)));

  await page.evaluate(() => {
    window.quiet = () => window.heard.push({ name: "never" });
    window.fenfu.on("opened", window.quiet);
    window.fenfu.off("opened", window.quiet);
    window.fenfu.open();
  });
  assert.equal((await heard(page, "never")).length, 0);
  await page.evaluate(() => window.fenfu.reset());
  await widget.said.first().waitFor({ state: "detached" });
  await widget.online();
  await widget.chat.locator(".greeting").waitFor();

  await page.evaluate(() => window.fenfu.destroy());
  assert.equal(await page.locator("fenfu-widget").count(), 0);
  assert.equal(await page.evaluate(() => "fenfu" in window), false);
});

test("a page whose origin is not allowed gets no frame", async (t) => {
  const s = await setUp(t, { allowed: false, allow: [/frame-ancestors|Refused to frame|Framing/] });
  if (!s) return;
  const { page, widget } = s;
  const refused = page.waitForEvent("console", (m) => /frame-ancestors/.test(m.text()));
  await page.reload();
  await refused;
  await widget.launcher.waitFor();
  assert.equal(page.frames().some((f) => f.url().includes("/widget/frame.html")), false);
  assert.equal((await heard(page, "ready")).length, 0);
});

test("windows that are not the peer are not heard, whatever they say", async (t) => {
  const s = await setUp(t, { attributes: "data-open" });
  if (!s) return;
  const { page, widget, server } = s;
  await widget.online();

  // Two more frames: one of the page's origin, one of the chat's.
  const addFrame = async (src) => {
    const handle = await page.evaluateHandle((url) => {
      const frame = document.createElement("iframe");
      const loaded = new Promise((resolve) => frame.addEventListener("load", () => resolve(frame)));
      frame.src = url;
      document.body.append(frame);
      return loaded;
    }, src);
    return handle.asElement().contentFrame();
  };
  const sibling = await addFrame("/foreign");
  const twin = await addFrame(`${server.url}/widget/frame.html`);
  await sibling.evaluate(() => {
    for (let i = 0; i < parent.frames.length; i++) {
      parent.frames[i].postMessage({ fenfu: 1, type: "send", text: "冒名" }, "*");
    }
  });
  await twin.evaluate(() => {
    parent.postMessage({ fenfu: 1, type: "close" }, "*");
    parent.postMessage({ fenfu: 1, type: "unread", count: 77 }, "*");
  });

  // The page itself poses as the chat…
  await page.evaluate(() => {
    window.postMessage({ fenfu: 1, type: "close" }, "*");
    window.postMessage({ fenfu: 1, type: "unread", count: 77 }, "*");
    window.dispatchEvent(new MessageEvent("message", { data: { fenfu: 1, type: "close" }, origin: "https://evil.example" }));
  });
  // …and a window that has a hold of the chat's frame poses as the page.
  const frame = await widget.frame();
  await frame.evaluate(() => {
    window.postMessage({ fenfu: 1, type: "send", text: "冒名" }, "*");
    for (const origin of ["https://evil.example", "null", location.origin]) {
      window.dispatchEvent(new MessageEvent("message", { data: { fenfu: 1, type: "send", text: "冒名" }, origin, source: window.parent }));
    }
  });
  // From the right window, but not in our form.
  await page.evaluate(() => {
    const { contentWindow } = document.querySelector("fenfu-widget").shadowRoot.querySelector("iframe");
    for (const data of [null, "send", 1, { type: "send", text: "冒名" }, { fenfu: 2, type: "send", text: "冒名" }]) {
      contentWindow.postMessage(data, "*");
    }
    window.fenfu.send("真的");
  });
  await widget.said.filter({ hasText: "真的" }).waitFor();
  assert.deepEqual(await widget.said.allInnerTexts(), ["真的"]);
  assert.equal(await page.evaluate(() => document.querySelector("fenfu-widget").shadowRoot.querySelector(".open") !== null), true);
  assert.equal((await heard(page, "closed")).length, 0);
  assert.equal((await heard(page, "unread")).some((e) => e.detail.count === 77), false);
});

test("a frame that is told a wrong origin says nothing to its parent", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  let url = "";
  const origin = await startHost(t, () => ({
    body: `<!doctype html><title>x</title><link rel="icon" href="data:,"><iframe src="${url}/widget/frame.html#host=https%3A%2F%2Fbank.example"></iframe>`,
  }));
  const server = await startServer(t, "--allowed-origins", origin);
  url = server.url;
  const context = await newContext(t, browser);
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.got = [];
    addEventListener("message", (e) => window.got.push(e.data));
  });
  await page.goto(origin);
  await page.frameLocator("iframe").locator(".app").waitFor();
  assert.deepEqual(await page.evaluate(() => window.got), []);
});

test("with the keyboard alone", async (t) => {
  const s = await setUp(t);
  if (!s) return;
  const { page, widget } = s;
  await widget.launcher.waitFor();
  await page.getByRole("button", { name: "前一个" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await widget.online();
  assert.equal(await widget.launcher.getAttribute("aria-expanded"), "true");
  await eventually(async () => assert.equal(await focused(widget), "TEXTAREA"));

  await page.keyboard.type("开通分付");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("谢谢");
  assert.equal(await widget.input.inputValue(), "开通分付\n谢谢");
  await widget.input.evaluate((el) => {
    const composing = new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true });
    el.dispatchEvent(composing);
    el.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }));
  });
  assert.equal(await widget.said.count(), 0, "Enter of an input method sent the message");
  await widget.input.fill("开通分付");
  await page.keyboard.press("Enter");
  await widget.choices.first().waitFor();
  assert.equal(await focused(widget), "TEXTAREA");

  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await eventually(async () => assert.equal(await widget.said.count(), 2));
  assert.equal(await focused(widget), "TEXTAREA");

  await widget.chat.getByRole("button", { name: "服务说明与投诉渠道" }).focus();
  await page.keyboard.press("Enter");
  await widget.chat.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await widget.chat.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await widget.launcher.getAttribute("aria-expanded"), "true", "Escape closed more than the sheet");
  assert.equal(await focused(widget), "TEXTAREA", "focus did not return from the sheet");
  await page.keyboard.press("Escape");
  await eventually(async () => assert.equal(await widget.launcher.getAttribute("aria-expanded"), "false"));
  assert.equal(
    await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className),
    "launcher",
    "focus did not return to the launcher",
  );
});

async function focused(widget) {
  const frame = await widget.frame();
  return frame.evaluate(() => (document.hasFocus() ? document.activeElement.tagName : "elsewhere"));
}

test("on a phone it fills the screen, holds the page still, and gives it back", async (t) => {
  const s = await setUp(t, { profile: "phone-light" });
  if (!s) return;
  const { page, widget } = s;
  await page.evaluate(() => document.documentElement.style.setProperty("overflow", "scroll"));
  await widget.open();
  const size = page.viewportSize();
  await eventually(async () => assert.deepEqual(await widget.panel.boundingBox(), { x: 0, y: 0, ...size }));
  const overflow = () => page.evaluate(() => document.documentElement.style.overflow);
  assert.equal(await overflow(), "hidden");
  assert.equal(await focused(widget).catch(() => ""), "H1", "a phone's keyboard must not spring up");
  await widget.button("收起聊天窗口").click();
  await widget.launcher.waitFor();
  assert.equal(await overflow(), "scroll");
});

test("opened alone, the chat is a page", async (t) => {
  const browser = await startBrowser(t);
  if (!browser) return;
  const server = await startServer(t);
  const context = await newContext(t, browser, "desktop-dark");
  const page = await context.newPage();
  await page.goto(`${server.url}/widget/frame.html`);
  await page.getByText("智能助手为您服务").waitFor();
  await page.getByLabel("输入消息").fill("你好");
  await page.keyboard.press("Enter");
  await page.locator(".msg.bot").first().waitFor();
  await shot(page, "desktop-dark-31-alone");
  await checkAccessible(page.mainFrame(), "alone");
});
