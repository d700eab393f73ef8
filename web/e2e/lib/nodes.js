// Who works at which node: visitors and agents at one, or at one each.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startServer } from "./server.js";

const tool = fileURLToPath(new URL("../../../bin/fenfuctl-e2e", import.meta.url));

/** One server with its own store: both come to it. */
async function together(t, ...flags) {
  const server = await startServer(t, ...flags);
  return { front: server, desk: server };
}

/** Two nodes on one Redis: visitors come to the first, agents to the second. */
async function apart(t, ...flags) {
  const { nodes } = await pair(t, flags, flags);
  return { front: nodes[0], desk: nodes[1] }; // the later one has set the demo's passwords
}

/** Two nodes on one Redis, each with flags of its own, and what runs fenfuctl on it. */
export async function pair(t, ...flags) {
  const key = () => randomBytes(32).toString("base64");
  const store = ["--redis-url", await startRedis(t), "--seal-keys", `one:${key()}`];
  const token = ["--token-key", key()];
  const nodes = [];
  for (const own of flags) nodes.push(await startServer(t, ...store, ...token, ...own));
  const ctl = async (...args) => (await promisify(execFile)(tool, [...args, ...store])).stdout;
  return { nodes, ctl };
}

/** Starts a Redis of the test's own, and returns its URL. */
async function startRedis(t) {
  const port = await freePort();
  const redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(async () => {
    const gone = once(redis, "exit");
    redis.kill("SIGKILL");
    await gone;
  });
  for await (const line of createInterface({ input: redis.stdout })) {
    if (line.includes("Ready to accept connections")) break;
  }
  redis.stdout.resume();
  return `redis://127.0.0.1:${port}`;
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Every way to run a test with visitors and agents: its name, and how to start the nodes. */
export const ways = [
  ["one node", together],
  ["two nodes", apart],
];
