// Serves the tiny model of model.js over HTTP. The inference is llama.cpp's, in
// process by node-llama-cpp, whose packages hold no HTTP server: the wire of
// /v1/chat/completions is this file's, streaming only.
//
//   node server.js FOLDER    writes the model there, listens on a free port of
//                            127.0.0.1, and prints its address
//
// GET /stopped/N waits until N answers have been given up because their client
// went.
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { getLlama } from "node-llama-cpp";
import { writeModel } from "./model.js";

const bytes = (s) => [...Buffer.from(s)];

/**
 * What the models say, by name. The rare character comes as bytes, one token
 * each. The endless one does not heed max_tokens either.
 */
const texts = {
  answer: ["依据", "：", "review", "\n", "提交后", "由系统", "自动审核", "，", "通常", ...bytes("较"), "快", "。"],
  unknown: ["依据 ", "： ", "无"],
  promise: ["依据：", "review\n", "提交后由", "系统", "自动", "审核。", "您一定", "能通过", "。 "],
  endless: ["依据：review", "\n\n", "审核期间", "可以照常", "使用钱包", "。\n", true],
  apply: ["app", "ly"],
};

const path = join(process.argv[2], "model.gguf");
writeModel(path, texts);
const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, maxThreads: 1 });
const model = await llama.loadModel({ modelPath: path, useMmap: true });
const context = await model.createContext({ contextSize: 4096, sequences: 2 });
const events = new EventEmitter();
let stopped = 0; // answers given up because the client went

async function complete(request, response) {
  const body = [];
  for await (const part of request) body.push(part);
  const asked = JSON.parse(Buffer.concat(body).toString());
  const start = model.tokenize(`<|${asked.model}|>`, true);
  if (!(asked.model in texts) || start.length !== 1 || !asked.stream) {
    response.writeHead(404, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ error: { message: "no such model", type: "invalid_request_error" } }));
    return;
  }
  const prompt = model.tokenize(asked.messages.map((m) => m.content).join("\n")).slice(-3000);
  let gone = false;
  response.on("close", () => (gone = !response.writableEnded));
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const send = async (delta, reason = null) => {
    const sent = response.write(`data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`);
    if (!sent && !gone) await Promise.race([once(response, "drain"), once(response, "close")]);
  };
  const sequence = context.getSequence();
  try {
    let reason = "stop"; // the model came to its end, unless it is cut off
    let held = [];
    let n = 0;
    for await (const token of sequence.evaluate([...prompt, ...start], { temperature: 0 })) {
      if (gone) {
        stopped++;
        events.emit("stopped");
        return;
      }
      held.push(token);
      const text = model.detokenize(held);
      if (!text.endsWith("\ufffd")) { // else a character is not whole yet
        await send({ content: text });
        held = [];
      }
      if (++n >= asked.max_tokens && asked.model !== "endless") {
        reason = "length";
        break;
      }
    }
    await send({}, reason);
    response.end("data: [DONE]\n\n");
  } finally {
    sequence.dispose();
  }
}

/** Answers once so many answers have been given up. */
async function untilStopped(n, response) {
  while (stopped < n) await once(events, "stopped");
  response.end();
}

const server = createServer((request, response) => {
  if (request.url.startsWith("/stopped/")) {
    untilStopped(Number(request.url.slice(9)), response);
    return;
  }
  complete(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume(); // whoever started it has gone
