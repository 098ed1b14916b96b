// A video's chart places as one row per day and one column per region, as a line chart wants them.
import type { VideoRank } from "../api/resources";

export interface RankDay {
  day: string;
  ranks: Record<string, number>;
}

export function regionsOf(ranks: VideoRank[]): string[] {
  return [...new Set(ranks.map(({ region }) => region))].toSorted();
}

export function rankDays(ranks: VideoRank[]): RankDay[] {
  const days = new Map<string, RankDay>();
  for (const { region, day, rank } of ranks) {
    const row = days.get(day) ?? { day, ranks: {} };
    if (rank !== null) row.ranks[region] = rank;
    days.set(day, row);
  }
  return [...days.values()].toSorted((a, b) => a.day.localeCompare(b.day));
}

export interface RegionPlace {
  region: string;
  best: number | null;
  latest: number | null;
  latestDay: string;
  days: number;
}

export function places(ranks: VideoRank[]): RegionPlace[] {
  return regionsOf(ranks).map((region) => {
    const own = ranks.filter((rank) => rank.region === region).toSorted((a, b) => a.day.localeCompare(b.day));
    const known = own.flatMap(({ rank }) => (rank === null ? [] : [rank]));
    const latest = own.at(-1);
    return {
      region,
      best: known.length === 0 ? null : Math.min(...known),
      latest: latest?.rank ?? null,
      latestDay: latest?.day ?? "",
      days: own.length,
    };
  });
}

/** Marks of an axis that starts at the first place and holds the worst one seen: 1, 50, 100, 150. */
export function rankTicks(ranks: VideoRank[]): number[] {
  const worst = Math.max(2, ...ranks.map(({ rank }) => rank ?? 1));
  const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => worst / candidate <= 4) ?? 200;
  const marks = Array.from({ length: Math.ceil(worst / step) }, (_, index) => (index + 1) * step);
  return [1, ...marks.filter((mark) => mark > 1)];
}
