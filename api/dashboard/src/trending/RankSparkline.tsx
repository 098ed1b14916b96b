// An entry's ranks over its days on the chart, best at the top. Plain SVG: a chart library per row would be slow.
import type { ChartEntry } from "../api/resources";
import { plural } from "../format/numbers";

const WIDTH = 76;
const HEIGHT = 22;
const MARGIN = 3;
const DAY_MS = 86_400_000;

type History = ChartEntry["rank_history"];

export function RankSparkline({ history }: { history: History }) {
  const points = place(history);
  const last = points.at(-1);
  if (!last) return null;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={inWords(history)} style={{ display: "block" }}>
      <polyline points={points.map(({ x, y }) => `${x},${y}`).join(" ")} fill="none" stroke="var(--series-0)" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
      <circle cx={last.x} cy={last.y} r={2.2} fill="var(--series-0)" />
    </svg>
  );
}

/** Where each known rank is drawn: days apart as they are, the best rank at the top. */
export function place(history: History): { x: number; y: number }[] {
  const known = history.flatMap(({ day, rank }) => (rank === null ? [] : [{ day: Date.parse(day) / DAY_MS, rank }]));
  const days = range(known.map(({ day }) => day));
  const ranks = range(known.map(({ rank }) => rank));
  return known.map(({ day, rank }) => ({
    x: round(MARGIN + (days.span === 0 ? 1 : (day - days.least) / days.span) * (WIDTH - 2 * MARGIN)),
    y: round(MARGIN + (ranks.span === 0 ? 0.5 : (rank - ranks.least) / ranks.span) * (HEIGHT - 2 * MARGIN)),
  }));
}

/** The same history for those who do not see the line. */
export function inWords(history: History): string {
  const known = history.filter(({ rank }) => rank !== null);
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return "No ranks known";
  if (known.length === 1) return `Rank ${last.rank} on ${last.day}`;
  return `Rank ${first.rank} on ${first.day}, ${last.rank} on ${last.day}, over ${plural(known.length, "day")}`;
}

function range(values: number[]): { least: number; span: number } {
  const least = Math.min(...values);
  return { least, span: Math.max(...values) - least };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
