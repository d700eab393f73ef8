// In English, what the server says in the visitor's language: notices by their
// code, the check's reasons, errors and the kinds of details by theirs. What an
// operator named (desks, steps) has a name in English beside it, or stays as it is.
import type { ChatEvent, Reason } from "../../shared/protocol";
import type { Detail } from "../model/wire";
import type { ApiError } from "../model/api";
import { lang, t, word } from "./i18n";

const notices: Record<string, string> = {
  "application.submitted": "Application submitted, being checked.",
  "application.pending": "The check takes longer than usual.",
  "application.delayed": "The check cannot be reached and is tried again.",
  "application.corrected": "Corrected: the earlier version of the application no longer counts.",
  "application.resumed": "The application is checked anew.",
  "details.viewed": "The visitor looked at the details that are kept.",
  "details.erased": "The visitor had all details deleted.",
  "details.lapsed": "Details that were never submitted have been deleted.",
  "consent.withdrawn": "The visitor withdrew consent; all details have been deleted.",
  "review.requested": "The visitor asked for a human review.",
  "form.reminder": "Reminded the visitor of the open question.",
  "form.parked": "The form was put aside; the visitor can go on any time.",
  "handoff.waiting": "Waiting for an agent.",
  "handoff.offline": "Nobody is available. The visitor can leave a message.",
  "handoff.left": "The visitor left the queue.",
  "handoff.transferred": "The conversation was passed on.",
  "handoff.released": "No answer for too long: waiting for another agent.",
  "handoff.returned": "Back with the bot.",
  "handoff.warned": "The visitor is silent: the conversation will end soon.",
  "handoff.closed": "The conversation has ended.",
  "rating.given": "The visitor left a rating.",
};

const reasons: Record<string, string> = {
  UNDER_AGE: "Under 18.",
  NOT_PRC_NATIONAL: "Not a PRC national.",
  NOT_REAL_NAME: "The wallet account is not real-name verified.",
  ID_NAME_MISMATCH: "Name and ID number do not match the account or card.",
  NO_SAVINGS_CARD: "No savings card is bound.",
  INSUFFICIENT_BALANCE: "Not enough balance on the savings card.",
  SERIOUS_OVERDUE: "Serious overdue payments.",
  LOW_PAYMENT_SCORE: "Payment score not above 600.",
  LOW_CAPACITY: "Repayment ability or legal capacity falls short.",
  DUPLICATE_APPLICATION: "Another application is under way.",
  INSUFFICIENT_INFO: "Too little is known.",
  RISK_REVIEW: "A risk hint to be checked by a person.",
  SYSTEM_UNAVAILABLE: "The check could not be completed.",
};

const kinds: Record<string, string> = {
  name: "Name",
  id_number: "ID number",
  contact: "Contact",
  phone: "Phone",
  email: "E-mail",
  wechat: "WeChat",
};

const problems: Record<string, string> = {
  invalid: "The server does not take this as it is.",
  not_found: "This is no longer there, or out of your reach.",
  conflict: "This has changed meanwhile. Please look how it stands now.",
  unauthorized: "You may not do this.",
  limited: "Too often. Please wait a moment.",
  unavailable: "The server cannot do this just now. Please try again.",
  internal: "Something went wrong. Please try again later.",
};

/** What an error says to the agent; its own words are in the visitor's language. */
export function errorText({ code, message }: ApiError): string {
  return (lang.value === "en" && problems[code]) || message || t("failed");
}

/** What an operator named, as the agent reads it. */
export function named(name: string, english?: string): string {
  return (lang.value === "en" && english) || name;
}

/** A notice as the agent reads it; one that nobody translated as the visitor does. */
export function noticeText({ code = "", text, data }: ChatEvent): string {
  if (lang.value !== "en") return text;
  if (code === "handoff.taken") return data?.agent ? `${data.agent} has taken over.` : "An agent has taken over.";
  if (code !== "application.decided") return notices[code] ?? text;
  const why = (data?.reasons ?? []).map((r) => `・${reasonText(r)}`);
  return [`Decision: ${word("decision", data?.decision ?? "manual_review")}`, ...why].join("\n");
}

export function reasonText({ code, text_zh }: Reason): string {
  return (lang.value === "en" && reasons[code]) || text_zh;
}

export function labelOf({ kind, label }: Detail): string {
  return (lang.value === "en" && kinds[kind]) || label;
}
