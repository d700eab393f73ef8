// The frame's calls to the HTTP API.
import type { Choice } from "../../shared/protocol";

export interface Config {
  demo: boolean;
  title: string;
  greeting: string;
  quick_replies: QuickReply[];
  operator: Operator;
}

export interface QuickReply extends Pick<Choice, "label"> {
  text: string;
}

/** Who runs the service; what is not configured is empty. */
export interface Operator {
  name: string;
  licence: string;
  complaint: string;
}

export interface Ticket {
  session: string;
  token: string;
  expires_at: string;
}

/** An answer that was not a success. */
export class HTTPError extends Error {
  constructor(
    readonly status: number,
    readonly retryAfterMs: number,
  ) {
    super(`HTTP ${status}`);
  }
}

export async function getConfig(): Promise<Config> {
  const got = await call<Partial<Config>>("/v1/config");
  return {
    demo: got.demo ?? false,
    title: got.title || "在线客服",
    greeting: got.greeting ?? "",
    quick_replies: got.quick_replies ?? [],
    operator: { ...{ name: "", licence: "", complaint: "" }, ...got.operator },
  };
}

/** Begins a session, or goes on with the one that a token is for. */
export function createSession(token?: string): Promise<Ticket> {
  return call<Ticket>("/v1/sessions", { method: "POST", headers: token ? { Authorization: `Bearer ${token}` } : {} });
}

/** The conversation so far, as a text with the details masked. */
export async function getTranscript(token: string): Promise<Blob> {
  return (await answer("/v1/transcript", { headers: { Authorization: `Bearer ${token}` } })).blob();
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  return (await (await answer(path, init)).json()) as T;
}

async function answer(path: string, init?: RequestInit): Promise<Response> {
  const res = await fetch(path, { ...init, credentials: "omit", signal: AbortSignal.timeout(10_000) });
  if (!res.ok) {
    const after = Number(res.headers.get("Retry-After"));
    throw new HTTPError(res.status, after > 0 ? after * 1000 : 0);
  }
  return res;
}
