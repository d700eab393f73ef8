// Times and spans as people read them, in the agent's own time zone.
import { signal } from "@preact/signals-core";
import { lang, t } from "./i18n";

/** Moves every second, for whatever ticks. */
export const now = signal(Date.now());

export function startClock(): void {
  setInterval(() => (now.value = Date.now()), 1000);
}

const locale = () => (lang.value === "en" ? "en-GB" : "zh-CN");

export function timeOfDay(at: string): string {
  return new Date(at).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** 今天, 昨天, or the date. */
export function dayName(at: string): string {
  const day = new Date(at);
  const today = new Date();
  if (day.toDateString() === today.toDateString()) return t("today");
  today.setDate(today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return t("yesterday");
  return day.toLocaleDateString(locale(), { month: "short", day: "numeric", weekday: "short" });
}

/** The time today, the day before that. */
export function shortTime(at: string): string {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return timeOfDay(at);
  return day.toLocaleDateString(locale(), { month: "numeric", day: "numeric" });
}

/** The second of something that may be long ago; the year only if it is not this one. */
export function stamp(at: string): string {
  const day = new Date(at);
  const year = day.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" as const };
  return day.toLocaleString(locale(), { ...year, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

export function fullTime(at: string): string {
  return new Date(at).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "medium" });
}

/** A span in at most two units: 42 秒, 3 分 05 秒, 2 小时 10 分. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60)];
  const days = Math.floor(h / 24);
  if (lang.value === "en") {
    if (days) return `${days} d ${h % 24} h`;
    return h ? `${h} h ${m % 60} m` : m ? `${m}:${two(s % 60)}` : `${s} s`;
  }
  if (days) return `${days} 天 ${h % 24} 小时`;
  return h ? `${h} 小时 ${m % 60} 分` : m ? `${m} 分 ${two(s % 60)} 秒` : `${s} 秒`;
}

/** How long ago that was, ticking for whoever reads it in a reactive view. */
export function since(at: string): number {
  return (now.value - Date.parse(at)) / 1000;
}
