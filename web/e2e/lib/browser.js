// Debian's chromium through playwright-core, and what a test wants of a page.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const shots = fileURLToPath(new URL("../shots/", import.meta.url));
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

export const profiles = {
  "desktop-light": { ...desktop, colorScheme: "light" },
  "desktop-dark": { ...desktop, colorScheme: "dark" },
  "phone-light": { ...phone, colorScheme: "light" },
  "phone-dark": { ...phone, colorScheme: "dark" },
};

/** A small phone, or one whose keyboard is up. */
export const small = { viewport: { width: 360, height: 500 } };

/** An agent's screens. */
const wide = { viewport: { width: 1440, height: 900 } };

export const deskProfiles = {
  "wide-light": { ...wide, colorScheme: "light" },
  "wide-dark": { ...wide, colorScheme: "dark" },
  "phone-light": profiles["phone-light"],
  "phone-dark": profiles["phone-dark"],
};

/**
 * A browser for one test, or null after the test was skipped for want of one.
 * In CI a missing browser is a failure.
 */
export async function startBrowser(t) {
  if (missing) {
    assert.notEqual(process.env.CI, "true", `no chromium at ${executablePath}`);
    t.skip(`no chromium at ${executablePath}; install it or set CHROMIUM`);
    return null;
  }
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  t.after(() => browser.close());
  return browser;
}

/**
 * A context whose pages must stay clean: whatever the browser complains of is
 * a failure at the test's end, unless a pattern allows it.
 */
export async function newContext(t, browser, profile = "desktop-light", { allow = [], ...options } = {}) {
  const context = await browser.newContext({
    ...(profiles[profile] ?? deskProfiles[profile]),
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    ...options,
  });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));
  });
  const complaints = [];
  context.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
  context.on("weberror", (e) => complaints.push(String(e.error())));
  t.after(() => {
    const left = complaints.filter((text) => !allow.some((pattern) => pattern.test(text)));
    assert.deepEqual(left, [], "the browser complained");
  });
  return context;
}

/** What a browser says of a network that is not there. */
export const networkErrors = [/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to/];

export async function shot(page, name) {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}${name}.png`, animations: "disabled" });
}

/** Fails on anything axe finds in a frame (or a page without its frames). */
export async function checkAccessible(frame, state) {
  await frame.evaluate(axeSource);
  const { violations } = await frame.evaluate(() => globalThis.axe.run(document, { iframes: false }));
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} (${n.failureSummary})`).join("; ")}`);
  assert.deepEqual(found, [], `axe: ${state}`);
}

/** An input method at work in the field that has the focus. */
export async function composition(page) {
  const devtools = await page.context().newCDPSession(page);
  const key = (fields) => devtools.send("Input.dispatchKeyEvent", { key: "Enter", code: "Enter", ...fields });
  return {
    /** Letters that are not a word yet. */
    compose: (text) => devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length }),
    /** Enter, which belongs to the input method as long as it composes. */
    async enter() {
      await key({ type: "rawKeyDown", windowsVirtualKeyCode: 13 });
      await key({ type: "keyUp", windowsVirtualKeyCode: 13 });
    },
    /** The word that was meant, in place of the letters. */
    choose: (text) => devtools.send("Input.insertText", { text }),
  };
}
