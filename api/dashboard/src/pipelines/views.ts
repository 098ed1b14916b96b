// The views of each sink, and the position vector behind a view.
import type { View } from "../api/resources";

const ORDER = new Intl.Collator("en", { numeric: true });

export interface ViewGroup {
  sink: string;
  /** Rows that the sink has put aside. */
  refused: number;
  views: View[];
}

export function viewsBySink(views: View[]): ViewGroup[] {
  const groups = new Map<string, View[]>();
  for (const view of views) groups.set(view.sink, [...(groups.get(view.sink) ?? []), view]);
  return [...groups]
    .map(([sink, own]) => ({ sink, refused: Math.max(...own.map(({ refused }) => refused)), views: own.toSorted((a, b) => ORDER.compare(a.name, b.name)) }))
    .toSorted((a, b) => ORDER.compare(a.sink, b.sink));
}

/** Partition 2 comes before partition 10. */
export function positionsInOrder({ positions }: View): [partition: string, next: number][] {
  return Object.entries(positions).toSorted(([a], [b]) => ORDER.compare(a, b));
}

/** Null while the sink has read nothing: what is left to be read is not known then. */
export function knownBehind(view: View): number | null {
  return Object.keys(view.positions).length === 0 ? null : view.behind;
}

/** Of the tiles: what is made from them has their corrections, too. */
export function corrected(views: View[]): number {
  return views.filter(({ name, made_from: tiles }) => tiles.includes(name)).reduce((sum, { corrections_24h: count }) => sum + count, 0);
}
