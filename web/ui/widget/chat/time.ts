// Dates as people read them, in the visitor's own time zone.

const clock = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "long" });

export function timeOfDay(at: string): string {
  return clock.format(new Date(at));
}

/** 今天, 昨天, or the date. */
export function dayName(at: string): string {
  const day = new Date(at);
  const today = new Date();
  if (day.toDateString() === today.toDateString()) return "今天";
  today.setDate(today.getDate() - 1);
  return day.toDateString() === today.toDateString() ? "昨天" : date.format(day);
}

export function minutes(seconds: number): string {
  return seconds < 60 ? "不到 1 分钟" : `约 ${Math.ceil(seconds / 60)} 分钟`;
}
