// A language model that a test holds in its hand.
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Starts a model that says what is in the first entry it is shown, or else the
 * given text. With hold() it stops after its first sentence; what that returns lets
 * it say the rest.
 */
export async function startModel(t, otherwise = "none") {
  const asked = [];
  let held = Promise.resolve();
  const server = createServer(async (req, res) => {
    let body = "";
    for await (const piece of req) body += piece;
    asked.push(body);
    const entry = /^\[([^\]]+)\] (.*)$/m.exec(JSON.parse(body).messages[1].content);
    const text = entry ? `依据：${entry[1]}\n${entry[2]}` : otherwise;
    const end = text.indexOf("。") + 1 || text.length;
    const chunk = (delta, finish_reason) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    res.write(chunk({ content: text.slice(0, end) }, null));
    await held;
    res.end(chunk({ content: text.slice(end) }, null) + chunk({}, "stop") + "data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const hold = () => {
    let release;
    held = new Promise((resolve) => (release = resolve));
    return release;
  };
  return { flags: ["--llm-url", `http://127.0.0.1:${server.address().port}/v1`, "--llm-model", "fake"], asked, hold };
}
