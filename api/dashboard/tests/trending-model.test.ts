// @vitest-environment node
import { describe, expect, test } from "vitest";
import { largest, matchingSearch, ordered } from "../src/trending/chart";
import { type Filters, readFilters, writeFilters } from "../src/trending/filters";
import { inWords, place } from "../src/trending/RankSparkline";
import { daysOf, shareDays, shareRows } from "../src/trending/shares";
import { category, entry, TRENDS } from "./fixtures";

describe("filters in the address", () => {
  test("every filter survives the address", () => {
    const filters: Filters = { region: "GB", categoryId: 10, day: "2020-08-14", limit: 200, sort: "gain", search: "cats & dogs" };
    expect(readFilters(new URLSearchParams(writeFilters(filters).toString()))).toEqual(filters);
  });

  test("nonsense in the address is the default, and a default is not written", () => {
    const read = readFilters(new URLSearchParams("category=x&day=16.08.2020&limit=7&sort=colour"));
    expect(read).toEqual({ region: null, categoryId: null, day: null, limit: 50, sort: "rank", search: "" });
    expect(writeFilters(read).toString()).toBe("");
  });
});

describe("order and search", () => {
  const entries = [
    entry({ video_id: "b", rank: 2, views: 900, gain_views: null, title: "Beta" }),
    entry({ video_id: "c", rank: null, views: null, gain_views: 5, channel_title: "Gamma Channel" }),
    entry({ video_id: "a", rank: 1, views: 100, gain_views: 50, title: null }),
  ];
  const ids = (sorted: { video_id: string }[]) => sorted.map(({ video_id: id }) => id).join("");

  test("rank ascends, numbers descend, the unknown is last", () => {
    expect(ids(ordered(entries, "rank"))).toBe("abc");
    expect(ids(ordered(entries, "views"))).toBe("bac");
    expect(ids(ordered(entries, "gain"))).toBe("acb");
  });

  test("search reads titles and channels in any case", () => {
    expect(ids(matchingSearch(entries, " BETA "))).toBe("b");
    expect(ids(matchingSearch(entries, "gamma"))).toBe("c");
    expect(ids(matchingSearch(entries, ""))).toBe("bca");
  });

  test("nothing stands out where no entry has gained", () => {
    expect(largest(entries, (candidate) => candidate.gain_views)?.video_id).toBe("a");
    expect(largest(entries, (candidate) => candidate.rank_change)).toBeNull();
  });
});

describe("shares by category", () => {
  test("the latest day has the API's numbers, an earlier day its own and no change", () => {
    expect(shareRows(TRENDS, null).map(({ name, share, change }) => [name, share, change])).toEqual([["Music", 0.7, 0.2], ["Gaming", 0.3, -0.2]]);
    expect(shareRows(TRENDS, "2020-08-15").map(({ share, change }) => [share, change])).toEqual([[0.5, null], [0.5, null]]);
  });

  test("what has no colour of its own is drawn together, and nothing is lost", () => {
    const day = "2020-08-16";
    const categories = Array.from({ length: 10 }, (_, id) => category({ category_id: id, days: [{ day, videos: 1, views: 1, view_share: 0.1 }] }));
    const drawn = shareDays({ ...TRENDS, categories });
    expect(daysOf({ ...TRENDS, categories })).toEqual([day]);
    expect(drawn[0]?.shares).toHaveLength(8);
    expect(drawn[0]?.shares.at(-1)).toBeCloseTo(0.3);
    expect(drawn[0]?.shares.reduce((sum, share) => sum + share)).toBeCloseTo(1);
  });
});

describe("rank sparkline", () => {
  test("the best rank is at the top and missing days leave a wider step", () => {
    const points = place([
      { day: "2020-08-12", rank: 10 },
      { day: "2020-08-13", rank: null },
      { day: "2020-08-15", rank: 4 },
      { day: "2020-08-16", rank: 1 },
    ]);
    expect(points.map(({ y }) => y)).toEqual(points.map(({ y }) => y).toSorted((a, b) => b - a));
    const [first, second, third] = points.map(({ x }) => x);
    expect((second ?? 0) - (first ?? 0)).toBeCloseTo(3 * ((third ?? 0) - (second ?? 0)), 0);
  });

  test("it says the same in words", () => {
    expect(inWords([{ day: "2020-08-12", rank: 10 }, { day: "2020-08-16", rank: 1 }])).toBe("Rank 10 on 2020-08-12, 1 on 2020-08-16, over 2 days");
    expect(inWords([])).toBe("No ranks known");
  });
});
