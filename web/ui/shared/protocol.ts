// The socket protocol, v1, as web/asyncapi.yaml has it.

export type Author = "visitor" | "bot" | "agent" | "system";
export type Origin = "script" | "knowledge" | "ai" | "human";
export type Kind = "text" | "choices" | "notice";
export type Owner = "bot" | "waiting" | "agent" | "closed";
export type Decision = "eligible" | "not_eligible" | "manual_review";

export interface Choice {
  value: string;
  label: string;
  /** The main one. */
  primary?: boolean;
}

export interface Reason {
  code: string;
  text_zh: string;
}

export interface NoticeData {
  application?: string;
  decision?: Decision;
  reasons?: Reason[];
  /** Who has taken over, as visitors may know them. */
  agent?: string;
}

/** One entry of a session's log. */
export interface ChatEvent {
  type: "event";
  seq: number;
  from: Author;
  kind: Kind;
  text: string;
  origin?: Origin;
  choices?: Choice[];
  code?: string;
  data?: NoticeData;
  /** The id of the message that became this event. */
  id?: string;
  at: string;
}

export interface Welcome {
  type: "welcome";
  session: string;
  seq: number;
  owner: Owner;
  /** The last event the visitor has seen, on any device. */
  read?: number;
}

export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  id?: string;
  retry_after_ms?: number;
}

/** Where a visitor stands who waits for a person. */
export interface QueueFrame {
  type: "queue";
  position: number;
  wait_s?: number;
}

export type ServerFrame =
  | Welcome
  | ChatEvent
  | ErrorFrame
  | { type: "ack"; id: string; seq: number }
  | { type: "typing"; from: Author; on: boolean }
  | { type: "delta"; reply_to: string; text: string }
  | QueueFrame
  | { type: "pong" }
  | { type: "bye"; reconnect_after_ms?: number };

export type ClientFrame =
  | { type: "hello"; token: string; after: number }
  | { type: "send"; id: string; text: string }
  | { type: "choose"; id: string; value: string }
  | { type: "typing"; on: boolean }
  | { type: "read"; seq: number }
  | { type: "ping" };

export const subprotocol = "fenfu.v1";

/** The longest text a visitor may send, in characters. */
export const maxText = 2000;

/** Close codes that mean more than "connect again". */
export const closeCode = { rewound: 4011, tooFast: 4029, terminal: 4500, badToken: 4503, sessionClosed: 4504 } as const;

/** Reads a frame; null if it is none. Unknown types pass, for callers to ignore. */
export function decode(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    const ok = typeof frame === "object" && frame !== null && "type" in frame;
    return ok ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
