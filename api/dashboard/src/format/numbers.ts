// Numbers as people read them. A value nobody told us is an en dash, never zero.

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const EXACT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });
const PERCENT = new Intl.NumberFormat("en-US", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const POINTS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "never" });

export const UNKNOWN = "–";
const MINUS = "−";

type Maybe = number | null;

export function whole(value: Maybe): string {
  return value === null ? UNKNOWN : WHOLE.format(value).replace("-", MINUS);
}

/** With every digit there is: two values that differ look different. */
export function exact(value: Maybe): string {
  return value === null ? UNKNOWN : EXACT.format(value).replace("-", MINUS);
}

export function compact(value: Maybe): string {
  return value === null ? UNKNOWN : COMPACT.format(value).replace("-", MINUS);
}

export function gain(value: Maybe): string {
  return value === null ? UNKNOWN : sign(value) + whole(Math.abs(value));
}

export function compactGain(value: Maybe): string {
  return value === null ? UNKNOWN : sign(value) + compact(Math.abs(value));
}

/** A share of one: 0.3125 is 31.3%. What would round to nothing is told from nothing. */
export function percent(share: Maybe): string {
  if (share === null) return UNKNOWN;
  return share > 0 && share < 0.0005 ? "<0.1%" : PERCENT.format(share);
}

/** A change of a share, in percentage points: 0.042 is +4.2 pp. */
export function percentagePoints(change: Maybe): string {
  if (change === null) return UNKNOWN;
  const points = Math.round(change * 1000) / 10;
  return `${sign(points)}${POINTS.format(points)} pp`;
}

export function ordinal(rank: Maybe): string {
  return rank === null ? UNKNOWN : `#${rank}`;
}

export function plural(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function sign(value: number): string {
  if (value === 0) return "";
  return value > 0 ? "+" : MINUS;
}
