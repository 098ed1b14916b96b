// Plain computations on a chart that the API answered: order, search, and what stands out.
import type { ChartEntry } from "../api/resources";
import type { Sort } from "./filters";

/** Rank ascends; everything else descends. What is unknown comes last. */
export function ordered(entries: ChartEntry[], sort: Sort): ChartEntry[] {
  const key = SORT_KEYS[sort];
  return entries.toSorted((a, b) => (key(a) ?? Infinity) - (key(b) ?? Infinity) || (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0);
}

const SORT_KEYS: Record<Sort, (entry: ChartEntry) => number | null> = {
  rank: (entry) => entry.rank,
  views: (entry) => descending(entry.views),
  gain: (entry) => descending(entry.gain_views),
  days: (entry) => descending(entry.days_on_chart),
};

function descending(value: number | null): number | null {
  return value === null ? null : -value;
}

export function matchingSearch(entries: ChartEntry[], search: string): ChartEntry[] {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === "") return entries;
  return entries.filter(({ title, channel_title, video_id }) =>
    [title, channel_title, video_id].some((text) => text?.toLocaleLowerCase().includes(wanted)),
  );
}

/** The entry with the largest positive value; null when no entry has one. */
export function largest(entries: ChartEntry[], value: (entry: ChartEntry) => number | null): ChartEntry | null {
  let found: ChartEntry | null = null;
  for (const entry of entries) {
    const candidate = value(entry) ?? 0;
    if (candidate > ((found && value(found)) ?? 0)) found = entry;
  }
  return found;
}

export function isNew(entry: ChartEntry): boolean {
  return entry.previous_rank === null && entry.days_on_chart <= 1;
}
