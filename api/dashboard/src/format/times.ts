// Moments, days and ages. Everything is UTC and says so; an age is counted from a clock that is handed in.
import { UNKNOWN } from "./numbers";

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const YEAR_S = 365 * DAY_S;

const DAY_AND_MONTH = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** `2020-08-16T09:30:00Z` is `2020-08-16 09:30 UTC`. */
export function moment(rfc3339: string | null): string {
  const date = parse(rfc3339);
  return date ? `${date.toISOString().slice(0, 16).replace("T", " ")} UTC` : UNKNOWN;
}

/** The same without the year, for places that have little room. */
export function shortMoment(rfc3339: string | null): string {
  const date = parse(rfc3339);
  return date ? `${DAY_AND_MONTH.format(date)}, ${date.toISOString().slice(11, 16)}` : UNKNOWN;
}

/** `2020-08-16` is `16 Aug`. */
export function shortDay(day: string): string {
  const date = parse(`${day}T00:00:00Z`);
  return date ? DAY_AND_MONTH.format(date) : day;
}

/** How long before `nowMs`; null and unreadable moments have no age. */
export function ageSeconds(rfc3339: string | null, nowMs: number): number | null {
  const date = parse(rfc3339);
  return date ? Math.max(0, (nowMs - date.getTime()) / 1000) : null;
}

/** `0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`, `6 y 99 d`: at most two units, the larger ones. */
export function duration(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 9.95) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < MINUTE_S) return `${whole} s`;
  if (whole < HOUR_S) return pair(whole, MINUTE_S, "min", 1, "s");
  if (whole < DAY_S) return pair(whole, HOUR_S, "h", MINUTE_S, "min");
  if (whole < YEAR_S) return pair(whole, DAY_S, "d", HOUR_S, "h");
  return pair(whole, YEAR_S, "y", DAY_S, "d");
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeUnit}${rest === 0 ? "" : ` ${rest} ${smallUnit}`}`;
}

function parse(value: string | null): Date | null {
  if (value === null) return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}
