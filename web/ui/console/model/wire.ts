// The agents' API as web/openapi.yaml has it, as far as the console uses it.
import type { ChatEvent, Decision, Owner, Reason } from "../../shared/protocol";

export type Presence = "online" | "busy" | "away";
export type View = "queue" | "mine" | "all" | "closed";

/** What an account may do; the server decides, the console only leaves out what would be refused. */
export type Permission =
  | "read" | "take" | "speak" | "note" | "hand" | "reveal" | "export" | "reassign"
  | "presence" | "overview" | "canned" | "audit" | "accounts";

export interface Me {
  id: string;
  name: string;
  role: string;
  desks?: string[];
  presence: Presence;
  capacity: number;
  permissions: Permission[];
  /** Whether a language model helps. */
  assistant?: boolean;
}

/** One conversation in a list. */
export interface Row {
  session: string;
  desk: string;
  owner: Owner;
  agent?: string;
  agent_name?: string;
  reason?: string;
  since: string;
  /** How long the visitor waited before it was taken, in seconds. */
  wait_s?: number;
  ended_at?: string;
  /** The visitor left a message and is not there. */
  offline?: boolean;
  /** The visitor's, masked; empty before one was given. */
  name?: string;
  last?: { from: string; text: string; at: string };
  /** The visitor waits for an answer. */
  unread?: boolean;
  tags?: string[];
  rating?: number;
  /** Of the application: its decision, or its status before there is one. */
  decision?: string;
  /** The colleague it was transferred to. */
  prefer?: string;
}

export interface Page {
  items: Row[];
  next?: string;
  total: number;
}

export type DetailState = "given" | "missing" | "corrected" | "refused";

export interface Detail {
  kind: string;
  label: string;
  masked?: string;
  state: DetailState;
  reason?: string;
}

export interface Note {
  id: string;
  by: { id: string; name: string };
  text: string;
  at: string;
}

/** A handoff that is over. */
export interface Past {
  reason: string;
  desk: string;
  agent_name?: string;
  since: string;
  ended_at?: string;
  rating?: number;
}

/** All that an agent should know at once of a conversation. */
export interface Packet {
  row: Row;
  form?: string;
  /** The label of the step that the form is at. */
  step?: string;
  step_en?: string;
  progress?: { done: number; steps: number };
  details?: Detail[];
  application?: { id: string; status: string; decision?: Decision; reasons?: Reason[] };
  notes?: Note[];
  earlier?: Past[];
  /** The visitor's word on the rating. */
  comment?: string;
}

export interface AgentState {
  id: string;
  name: string;
  presence: Presence;
  /** No connection for a while. */
  gone?: boolean;
  load: number;
  capacity: number;
  desks?: string[];
}

export interface DeskState {
  id: string;
  name: string;
  name_en?: string;
  open: boolean;
  waiting: number;
  oldest_s: number;
  /** Left by visitors who are not there. */
  messages: number;
}

export interface Canned {
  id: string;
  title: string;
  text: string;
}

export interface FunnelStep {
  step: string;
  label?: string;
  label_en?: string;
  asked: number;
  filled: number;
  retried: number;
  corrected: number;
  digressed: number;
  abandoned: number;
  median_s: number;
}

/** Over the latest days. */
export interface Funnel {
  days: number;
  started: number;
  submitted: number;
  decided: number;
  abandoned: number;
  steps: FunnelStep[];
}

/** How long something took, of how many. */
export interface Spans {
  count: number;
  median_s: number;
  p90_s: number;
}

export interface Stats {
  desks: DeskState[];
  agents: AgentState[];
  active: number;
  handled: number;
  /** Until somebody took over, and from then to the end. */
  waits: Spans;
  talks: Spans;
  ratings: { count: number; average: number; by: number[] };
  reasons: Record<string, number>;
  funnel?: Funnel;
}

/** Somebody who may sign in. */
export interface Account {
  id: string;
  name: string;
  role: string;
  desks: string[];
  /** Else at the identity provider. */
  password: boolean;
  totp: boolean;
  disabled: boolean;
}

export interface AuditEntry {
  n: number;
  at: string;
  actor: string;
  role?: string;
  action: string;
  session?: string;
  field?: string;
  reason?: string;
  ok: boolean;
}

/** What the live feed says. Frames of other types are ignored. */
export type DeskFrame =
  | { type: "hello"; me: Me }
  | ({ session: string } & ChatEvent)
  | { type: "row"; row: Row }
  | { type: "gone"; session: string }
  | { type: "queue"; waiting: number; messages?: number }
  | { type: "typing"; session: string; from: string; on: boolean }
  | { type: "presence"; agent: AgentState }
  | { type: "pong" }
  | { type: "bye"; reconnect_after_ms?: number };

export type ClientFrame =
  | { type: "watch"; session: string; after: number }
  | { type: "unwatch"; session: string }
  | { type: "ping" };

export const subprotocol = "fenfu.desk.v1";
