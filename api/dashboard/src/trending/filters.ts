// The chart's filters as they stand in the address: what is not there or makes no sense is the default.
// A default is never written, so the plainest view has the plainest address.

export const LIMITS = [50, 100, 200] as const;
const SORTS = ["rank", "views", "gain", "days"] as const;

export type Sort = (typeof SORTS)[number];

export interface Filters {
  region: string | null;
  categoryId: number | null;
  /** null is the region's latest day. */
  day: string | null;
  limit: number;
  sort: Sort;
  /** Part of a title or of a channel's name. */
  search: string;
}

const DEFAULTS: Filters = { region: null, categoryId: null, day: null, limit: LIMITS[0], sort: "rank", search: "" };

export function readFilters(address: URLSearchParams): Filters {
  const limit = Number(address.get("limit"));
  return {
    region: address.get("region") || null,
    categoryId: matching(address.get("category"), /^\d{1,9}$/, Number),
    day: matching(address.get("day"), /^\d{4}-\d{2}-\d{2}$/, String),
    limit: LIMITS.find((offered) => offered === limit) ?? DEFAULTS.limit,
    sort: SORTS.find((offered) => offered === address.get("sort")) ?? DEFAULTS.sort,
    search: address.get("search") ?? "",
  };
}

export function writeFilters(filters: Filters): URLSearchParams {
  const address = new URLSearchParams();
  if (filters.region !== null) address.set("region", filters.region);
  if (filters.categoryId !== null) address.set("category", String(filters.categoryId));
  if (filters.day !== null) address.set("day", filters.day);
  if (filters.limit !== DEFAULTS.limit) address.set("limit", String(filters.limit));
  if (filters.sort !== DEFAULTS.sort) address.set("sort", filters.sort);
  if (filters.search !== "") address.set("search", filters.search);
  return address;
}

function matching<T>(value: string | null, shape: RegExp, read: (value: string) => T): T | null {
  return value !== null && shape.test(value) ? read(value) : null;
}
