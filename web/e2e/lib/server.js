// The real server, as a process of its own on a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../../bin/fenfu-e2e", import.meta.url));

/** The last line that a demo prints at its start is about this account. */
const lastAccount = "auditor";

/** Starts a server; the test's end stops it and removes its data. */
export async function startServer(t, ...flags) {
  const dir = await mkdtemp(join(tmpdir(), "fenfu-e2e-"));
  const server = new Server(dir, flags);
  t.after(async () => {
    await server.stop("SIGKILL");
    await rm(dir, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

/** Writes a file for a server to start with; the test's end removes it. */
export async function settingsFile(t, name, text) {
  const dir = await mkdtemp(join(tmpdir(), "fenfu-e2e-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, name);
  await writeFile(file, text);
  return file;
}

/** Two desks whose agents may have so many conversations each. */
export function desksFile(t, capacity, takeBack = "3m") {
  const hours = `[{days: [mon, tue, wed, thu, fri, sat, sun], open: "00:00", close: "23:59"}]`;
  return settingsFile(t, "desks.yaml", `
zone: Asia/Shanghai
limits: {take_back: ${takeBack}, warn_after: 10m, close_after: 5m, give_up: 30m, prefer: 60s}
desks:
  - {id: service, name: 客服, capacity: ${capacity}, hours: ${hours}, holidays: [], reasons: []}
  - {id: review, name: 审核专员, capacity: ${capacity}, hours: ${hours}, holidays: [], reasons: [review, failed, appeal]}
rules: []
`);
}

class Server {
  #dir;
  #flags;
  #process = null;
  #listen = "127.0.0.1:0";
  url = "";
  /** The demo's accounts with their passwords, once they have been printed. */
  passwords = new Map();

  constructor(dir, flags) {
    this.#dir = dir;
    this.#flags = flags;
  }

  /** Starts, after a stop on the same address and data. */
  async start() {
    const args = ["--listen", this.#listen, "--data-dir", this.#dir, "--log-level", "error", "--duplicate-window", "0s", ...this.#flags];
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += chunk));
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = line.match(/^listening on (http:\/\/\S+)/) ?? [];
      const [, account, password] = line.match(/^  (\S+) +(\S+) +(?:agent|supervisor|auditor|admin)$/) ?? [];
      if (url) this.url = url;
      if (account) this.passwords.set(account, password);
      if (account !== lastAccount) continue;
      child.stdout.resume();
      this.#listen = new URL(this.url).host;
      return;
    }
    throw new Error(`the server did not start: ${errors}`);
  }

  /** Ends the process: SIGTERM lets it say goodbye, SIGKILL does not. */
  async stop(signal) {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
}
