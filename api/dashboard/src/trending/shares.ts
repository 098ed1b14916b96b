// The categories' shares of a chart's views: as series over days for the drawing, and as rows of one day for the list.
import type { CategoryTrend, Trends } from "../api/resources";
import { categoryName } from "../format/names";
import { NAMED_SERIES } from "../theme/series";

export interface ShareRow {
  categoryId: number;
  name: string;
  series: number;
  share: number | null;
  /** Against the first day of the range; known for the latest day only. */
  change: number | null;
  videos: number;
}

export interface ShareDay {
  day: string;
  /** Shares by series; the last series is everything that has no colour of its own. */
  shares: number[];
}

export function daysOf(trends: Trends): string[] {
  return [...new Set(trends.categories.flatMap((category) => category.days.map(({ day }) => day)))].toSorted();
}

export function shareRows(trends: Trends, day: string | null): ShareRow[] {
  return inSeriesOrder(trends)
    .map((category, series) => ({ ...namedSeries(category, series), ...shareOn(category, day === trends.to ? null : day) }))
    .filter((row) => row.videos > 0)
    .toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
}

/** Colours go to the categories that are largest over the whole range, so that little of the drawing is grey. */
function inSeriesOrder(trends: Trends): CategoryTrend[] {
  const total = ({ days }: CategoryTrend) => days.reduce((sum, { view_share }) => sum + (view_share ?? 0), 0);
  return trends.categories.toSorted((a, b) => total(b) - total(a));
}

function namedSeries(category: CategoryTrend, series: number) {
  return { categoryId: category.category_id, name: categoryName(category.category, category.category_id), series };
}

function shareOn(category: CategoryTrend, day: string | null): Pick<ShareRow, "share" | "change" | "videos"> {
  if (day === null) return { share: category.view_share, change: category.view_share_change, videos: category.videos };
  const found = category.days.find((candidate) => candidate.day === day);
  return { share: found?.view_share ?? null, change: null, videos: found?.videos ?? 0 };
}

export function shareDays(trends: Trends): ShareDay[] {
  const categories = inSeriesOrder(trends);
  return daysOf(trends).map((day) => {
    const shares = Array.from({ length: Math.min(categories.length, NAMED_SERIES + 1) }, () => 0);
    categories.forEach((category, index) => {
      const series = Math.min(index, NAMED_SERIES);
      shares[series] = (shares[series] ?? 0) + (category.days.find((found) => found.day === day)?.view_share ?? 0);
    });
    return { day, shares };
  });
}

export function seriesName(trends: Trends, series: number): string {
  const category = inSeriesOrder(trends)[series];
  if (series === NAMED_SERIES || !category) return "Other categories";
  return categoryName(category.category, category.category_id);
}
