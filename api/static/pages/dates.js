// Reads the next date as people type it: +3, +2周, 下周二, next tue, 12-21, 12月21日, 2026-12-21.

const DAY = 86400000;
const WEEKDAYS = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 日: 7, 天: 7, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };
const NAMED = { 今天: 0, 明天: 1, 后天: 2, 大后天: 3, today: 0, tomorrow: 1 };

/** Return a day as YYYY-MM-DD, seen from `today`; null when it cannot be told. Never a day gone by. */
export function read(text, today) {
  const typed = text.trim().toLowerCase();
  const now = Date.parse(today);
  const after = (days) => new Date(now + days * DAY).toISOString().slice(0, 10);
  if (typed in NAMED) return after(NAMED[typed]);
  let found = /^\+?\s*(\d{1,4})\s*(天|d|days?|周|星期|w|weeks?)?(?:后)?$/.exec(typed);
  if (found && (typed.startsWith("+") || found[2])) return after(found[1] * (/^(周|星期|w)/.test(found[2] ?? "") ? 7 : 1));
  found = /^(下|next\s+)?(?:周|星期|礼拜)?([一二三四五六日天]|mon|tue|wed|thu|fri|sat|sun)[a-z]*$/.exec(typed);
  if (found) {
    const weekday = new Date(now).getUTCDay() || 7;
    const days = WEEKDAYS[found[2]] - weekday;
    // 下周二 is the Tuesday of the next week; 周二 the next Tuesday there is.
    return after(found[1] ? days + 7 : days <= 0 ? days + 7 : days);
  }
  found = /^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed);
  if (!found) return null;
  const at = (year) => Date.UTC(year, found[2] - 1, found[3]);
  const year = Number(found[1] ?? today.slice(0, 4));
  const isReal = new Date(at(year)).getUTCDate() === Number(found[3]);
  const chosen = !found[1] && at(year) < now ? at(year + 1) : at(year);
  return isReal && chosen >= now ? new Date(chosen).toISOString().slice(0, 10) : null;
}
