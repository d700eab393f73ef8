// Takes the README's pictures: the demo page with a decision, and a phone beside
// it; the agents' console with a conversation. Run: npm run picture
import { fileURLToPath } from "node:url";
import { newContext, startBrowser } from "./lib/browser.js";
import { openConsole } from "./lib/console.js";
import { desksFile, startServer } from "./lib/server.js";
import { Widget, applicants, newVisitor } from "./lib/widget.js";

const picture = (name) => fileURLToPath(new URL(`../../.github/${name}`, import.meta.url));
const cleanups = [];
const t = { after: (run) => cleanups.unshift(run), skip: (why) => console.error(why) };

const browser = await startBrowser(t);
if (browser) {
  const server = await startServer(t);

  async function take(profile, walk, options) {
    const context = await newContext(t, browser, profile, options);
    const page = await context.newPage();
    await page.goto(server.url);
    const widget = new Widget(page);
    await widget.open();
    await walk(widget);
    await page.mouse.move(0, 0);
    return (await page.screenshot({ animations: "disabled" })).toString("base64");
  }

  const desktop = await take("desktop-light", async (widget) => {
    await widget.fillIn(applicants.notEligible);
    await widget.submit();
  });
  const phone = await take(
    "phone-dark",
    async (widget) => {
      await widget.say("开通分付");
      await widget.press("同意");
      await widget.press("同意");
      await widget.say(applicants.eligible.name);
      await widget.say("为什么要身份证号");
    },
    { deviceScaleFactor: 1 },
  );

  const page = await browser.newPage({ viewport: { width: 1320, height: 720 } });
  await page.setContent(`<body style="margin:0;height:720px;background:#e3ece8">
    <style>img{position:absolute;box-shadow:0 4px 14px rgb(0 30 20/.25)}</style>
    <img style="left:20px;top:50px;width:984px;border-radius:12px" src="data:image/png;base64,${desktop}">
    <img style="right:20px;top:60px;width:276px;border-radius:28px;border:7px solid #111" src="data:image/png;base64,${phone}">`);
  await page.screenshot({ path: picture("widget.png") });

  const desk = await startServer(t, "--desks-file", await desksFile(t, 1));
  const lin = await openConsole(t, browser, desk, "agent1");
  const visitor = await newVisitor(t, browser, desk);
  await visitor.fillIn(applicants.notEligible);
  await visitor.submit();
  await visitor.say("为什么没有通过，我想找人工问问");
  await lin.view("我的");
  await lin.rows.first().click();
  await lin.say("您好，我是小林。结果由系统综合评估，我先帮您看看原因。");
  await lin.note("已说明实名认证一项，访客想申请复核");
  await lin.page.getByLabel("添加标签").fill("结果咨询");
  await lin.page.keyboard.press("Enter");
  await lin.panel.locator(".chip.tag").waitFor();
  for (const words of ["转人工", "我要找人工客服"]) await (await newVisitor(t, browser, desk)).say(words);
  await lin.page.evaluate(() => document.activeElement.blur());
  await lin.page.screenshot({ path: picture("console.png"), animations: "disabled" });
  for (const run of cleanups) await run();
}
