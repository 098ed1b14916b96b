import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { places, rankDays, rankTicks } from "../src/video/rank-days";
import { VIDEO_STATS } from "./fixtures";
import { failure, type LoopbackApi, startApi, success } from "./loopback-api";
import { visit } from "./visit";

const PATH = "/v1/videos/stats/3C66w5Z0ixs";

let api: LoopbackApi;
beforeEach(async () => {
  api = await startApi({ [PATH]: () => success(VIDEO_STATS) });
});
afterEach(() => api.close());

test("counters and gains are shown, each with its as_of, and the unknown as a dash", async () => {
  visit("/videos/3C66w5Z0ixs", api.url);
  expect(await screen.findByRole("heading", { level: 1, name: "I asked her" })).toBeVisible();
  const counters = screen.getByRole("region", { name: "Counters" });
  expect(within(counters).getByLabelText("Views")).toHaveTextContent(/^3,017,834$/);
  expect(within(counters).getByLabelText("Views")).toHaveAttribute("value", "3017834");
  expect(within(counters).getByLabelText("Views, 1 day")).toHaveTextContent("+1,503,220");
  expect(within(counters).getByLabelText("Views, 7 days")).toHaveTextContent("–");
  expect(within(counters).getByLabelText("Comments")).toHaveTextContent("–");
  expect(within(counters).getAllByText("2020-08-16 00:00 UTC")).toHaveLength(7);
});

test("the curve of views, the daily gain, the likes and the ranks are drawn", async () => {
  visit("/videos/3C66w5Z0ixs", api.url);
  const drawn = async (name: string, mark: string, count: number) => {
    const figure = await screen.findByRole("figure", { name });
    await waitFor(() => { expect(figure.querySelectorAll(mark)).toHaveLength(count); }); // a chart draws a moment after its frame
  };
  await drawn("Views by day", ".recharts-area-curve", 1);
  await drawn("Views gained by day", ".recharts-bar-rectangle path", 1);
  await drawn("Likes and comments by day", ".recharts-line-curve", 2);
  await drawn("Rank by day and region", ".recharts-line", 2);
});

test("the daily numbers can be read, the newest first", async () => {
  visit("/videos/3C66w5Z0ixs", api.url);
  const rows = within(await screen.findByRole("table", { name: "Daily numbers" })).getAllByRole("row").slice(1);
  expect(rows.map((row) => row.textContent.slice(0, 10))).toEqual(["2020-08-13", "2020-08-12"]);
  expect(rows[0]).toHaveTextContent("3,017,834");
  expect(rows[0]).toHaveTextContent("+1,503,220");
});

test("an unknown video is an error with its code and request", async () => {
  api.routes["/v1/videos/stats/nope"] = () => failure(404, "NOT_FOUND", "no video 'nope' has been observed");
  visit("/videos/nope", api.url);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(/NOT_FOUND.*no video 'nope'.*req-failure/);
  expect(api.asked).toHaveLength(1);
});

test("a video that was on no chart says so", async () => {
  api.routes[PATH] = () => success({ ...VIDEO_STATS, ranks: [] });
  visit("/videos/3C66w5Z0ixs", api.url);
  expect(await screen.findByText("This video has not been seen on a chart.")).toBeVisible();
});

describe("ranks by day and region", () => {
  test("one row per day, one value per region", () => {
    expect(rankDays(VIDEO_STATS.ranks)).toEqual([
      { day: "2020-08-12", ranks: { US: 1 } },
      { day: "2020-08-13", ranks: { US: 3, GB: 25 } },
    ]);
  });

  test("best and latest place of each region", () => {
    expect(places(VIDEO_STATS.ranks)).toEqual([
      { region: "GB", best: 25, latest: 25, latestDay: "2020-08-13", days: 1 },
      { region: "US", best: 1, latest: 3, latestDay: "2020-08-13", days: 2 },
    ]);
  });

  test("the axis starts at the first place and holds the worst", () => {
    expect(rankTicks([{ region: "US", day: "d", rank: 1 }])).toEqual([1, 2]);
    expect(rankTicks([{ region: "US", day: "d", rank: 187 }])).toEqual([1, 50, 100, 150, 200]);
  });
});
