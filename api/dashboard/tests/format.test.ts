// @vitest-environment node
import { describe, expect, test } from "vitest";
import { categoryName, regionName, videoTitle } from "../src/format/names";
import { compact, compactGain, exact, gain, ordinal, percent, percentagePoints, plural, whole } from "../src/format/numbers";
import { ageSeconds, duration, moment, shortDay, shortMoment } from "../src/format/times";

describe("numbers", () => {
  test.each([
    [whole(0), "0"],
    [whole(1234567), "1,234,567"],
    [whole(-5), "−5"],
    [whole(null), "–"],
    [exact(1234.5678901), "1,234.5678901"],
    [exact(-0.1), "−0.1"],
    [exact(null), "–"],
    [compact(17_365_719), "17.4M"],
    [compact(999), "999"],
    [gain(0), "0"],
    [gain(1503220), "+1,503,220"],
    [gain(-42), "−42"],
    [gain(null), "–"],
    [compactGain(-9_300_000), "−9.3M"],
    [percent(0.3125), "31.3%"],
    [percent(0), "0.0%"],
    [percent(0.0001), "<0.1%"],
    [percentagePoints(0.042), "+4.2 pp"],
    [percentagePoints(-0.2), "−20.0 pp"],
    [percentagePoints(-0.0001), "0.0 pp"],
    [ordinal(3), "#3"],
    [plural(1, "place"), "1 place"],
    [plural(1200, "record"), "1,200 records"],
  ])("%s is %s", (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe("times", () => {
  test("a moment is shown in UTC, whatever its offset", () => {
    expect(moment("2020-08-16T09:30:59+02:00")).toBe("2020-08-16 07:30 UTC");
    expect(shortMoment("2020-08-16T23:59:59Z")).toBe("16 Aug, 23:59");
  });

  test("a day does not move with the reader's time zone", () => {
    expect(shortDay("2020-01-01")).toBe("1 Jan");
  });

  test("a moment that is missing or unreadable is a dash and has no age", () => {
    expect(moment(null)).toBe("–");
    expect(moment("yesterday")).toBe("–");
    expect(ageSeconds("yesterday", 0)).toBeNull();
  });

  test("an age is never negative", () => {
    expect(ageSeconds("2020-08-16T00:00:10Z", Date.parse("2020-08-16T00:00:00Z"))).toBe(0);
    expect(ageSeconds("2020-08-16T00:00:00Z", Date.parse("2020-08-16T00:00:10Z"))).toBe(10);
  });

  test.each([
    [null, "–"],
    [0, "0.0 s"],
    [0.44, "0.4 s"],
    [42.9, "42 s"],
    [60, "1 min"],
    [185, "3 min 5 s"],
    [3599.9, "59 min 59 s"],
    [7800, "2 h 10 min"],
    [356_400, "4 d 3 h"],
    [400 * 86_400, "1 y 35 d"],
  ])("%s seconds is %s", (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});

describe("names", () => {
  test("a region is shown by its name, or by its code when it has none", () => {
    expect(regionName("GB")).toBe("United Kingdom");
    expect(regionName("not a region")).toBe("not a region");
  });

  test("what has no name is told by its id", () => {
    expect(categoryName("Music", 10)).toBe("Music");
    expect(categoryName(null, 29)).toBe("Category 29");
    expect(categoryName(null, 0)).toBe("Unknown category");
    expect(videoTitle(" ", "abc")).toBe("Untitled video abc");
  });
});
