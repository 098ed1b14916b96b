import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entry, region, TRENDS } from "./fixtures";
import { failure, type LoopbackApi, startApi, success } from "./loopback-api";
import { addressed, forgetRegion, visit } from "./visit";

const ENTRIES = [
  entry({ video_id: "climber", rank: 1, previous_rank: 4, rank_change: 3, days_on_chart: 2, title: "Climber", views: 2_000_000, gain_views: 500_000 }),
  entry({ video_id: "faller", rank: 2, previous_rank: 1, rank_change: -1, days_on_chart: 2, title: "Faller", views: 3_000_000, gain_views: 1 }),
  entry({ video_id: "stayer", rank: 3, previous_rank: 3, rank_change: 0, days_on_chart: 2, title: "Stayer", category_id: 20, category: "Gaming" }),
  entry({ video_id: "newcomer", rank: 4, title: null, channel_title: null, views: null }),
];

let api: LoopbackApi;
beforeEach(async () => {
  forgetRegion();
  api = await startApi({
    "/v1/trending/regions": () => success({ regions: [region({}), region({ region: "GB" })] }),
    "/v1/trending": (query) => success({ region: query.get("region"), day: "2020-08-16", entries: filtered(query) }),
    "/v1/analytics/trends": (query) => success({ ...TRENDS, region: query.get("region") }),
  });
});
afterEach(() => api.close());

function filtered(query: URLSearchParams) {
  const category = query.get("category_id");
  return ENTRIES.filter((candidate) => category === null || String(candidate.category_id) === category);
}

async function rows(): Promise<HTMLElement[]> {
  const table = await screen.findByRole("table", { name: /Chart of/ });
  return within(table).getAllByRole("row").slice(1);
}

async function titles(): Promise<string[]> {
  return (await rows()).map((row) => within(row).getByRole("link").textContent);
}

async function choose(user: ReturnType<typeof visit>, label: string, option: RegExp) {
  await user.click(await screen.findByRole("combobox", { name: label }));
  await user.click(await screen.findByRole("option", { name: option }));
}

test("the chart shows ranks, movement, views, gain, and as of when", async () => {
  visit("/", api.url);
  const [climber, faller, stayer, newcomer] = await rows();
  expect(climber).toHaveTextContent("Climber");
  expect(climber).toHaveTextContent("2,000,000");
  expect(climber).toHaveTextContent("+500,000");
  expect(within(climber as HTMLElement).getAllByLabelText("Up 3 places from 4")).not.toHaveLength(0);
  expect(within(faller as HTMLElement).getAllByLabelText("Down 1 place from 1")).not.toHaveLength(0);
  expect(within(stayer as HTMLElement).getAllByLabelText("Unchanged at 3")).not.toHaveLength(0);
  expect(within(newcomer as HTMLElement).getAllByLabelText("New on the chart")).not.toHaveLength(0);
  expect(newcomer).toHaveTextContent("Untitled video newcomer");
  const panel = screen.getByRole("region", { name: "United States, 2020-08-16" });
  expect(within(panel).getByText("2020-08-16 00:00 UTC")).toBeVisible();
});

test("the first region is chosen, written into the address, and another one is remembered", async () => {
  const user = visit("/", api.url);
  await rows();
  expect(addressed("region")).toBe("US");
  await choose(user, "Region", /United Kingdom/);
  await screen.findByRole("table", { name: /United Kingdom/ });
  await user.click(screen.getByRole("link", { name: "Pipelines" }));
  await user.click(screen.getByRole("link", { name: "Trending" }));
  await screen.findByRole("table", { name: /United Kingdom/ });
  expect(addressed("region")).toBe("GB");
  expect(window.localStorage.getItem("ytempire.region")).toContain("GB");
});

test("a category is asked from the API and stands in the address", async () => {
  const user = visit("/?region=US", api.url);
  await rows();
  await choose(user, "Category", /Gaming/);
  await waitFor(async () => { expect(await titles()).toEqual(["Stayer"]); });
  expect(addressed("category")).toBe("20");
  expect(api.asked).toContain("/v1/trending?region=US&category_id=20&limit=50");
});

test("a deep link is shown as it says", async () => {
  visit("/?region=GB&category=10&day=2020-08-15&sort=views&search=er&limit=100", api.url);
  expect(await titles()).toEqual(["Faller", "Climber", "Untitled video newcomer"]);
  expect(api.asked).toContain("/v1/trending?region=GB&category_id=10&day=2020-08-15&limit=100");
  expect(screen.getByRole("columnheader", { name: "Views" })).toHaveAttribute("aria-sort", "descending");
});

test("a column's name sorts by it, in the address too", async () => {
  const user = visit("/?region=US", api.url);
  await rows();
  await user.click(screen.getByRole("button", { name: "1-day gain" }));
  await waitFor(async () => { expect((await titles())[0]).toBe("Climber"); });
  expect(addressed("sort")).toBe("gain");
});

test("shares by category are listed with their change, and filter the chart", async () => {
  const user = visit("/?region=US", api.url);
  const list = await screen.findByRole("list", { name: "Categories" });
  const [music, gaming] = within(list).getAllByRole("button");
  expect(music).toHaveTextContent(/Music.*\+20\.0 pp.*70\.0%/);
  const shares = screen.getByRole("figure", { name: /Share of views/ });
  await waitFor(() => { expect(shares.querySelector("svg .recharts-bar-rectangle")).not.toBeNull(); });
  await user.click(gaming as HTMLElement);
  await waitFor(async () => { expect(await titles()).toEqual(["Stayer"]); });
  expect(gaming).toHaveAttribute("aria-pressed", "true");
});

test("with no data the page says how to feed it", async () => {
  api.routes["/v1/trending/regions"] = () => success({ regions: [] }, null);
  visit("/", api.url);
  expect(await screen.findByText("ytempire ingest trending FILE...")).toBeVisible();
});

test("an error shows code, message and request, and a retry brings the chart", async () => {
  const healthy = api.routes["/v1/trending"];
  api.routes["/v1/trending"] = () => failure(400, "VALIDATION_FAILED", "limit must be 1 to 200");
  const user = visit("/?region=US", api.url);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("VALIDATION_FAILED");
  expect(alert).toHaveTextContent("limit must be 1 to 200");
  expect(alert).toHaveTextContent("req-failure");
  if (healthy) api.routes["/v1/trending"] = healthy;
  await user.click(within(alert).getByRole("button", { name: "Retry" }));
  expect(await rows()).toHaveLength(ENTRIES.length);
});

test("a server that is away for a moment is asked again by itself", async () => {
  let refusals = 2;
  const healthy = api.routes["/v1/trending/regions"];
  api.routes["/v1/trending/regions"] = (query) => (refusals-- > 0 || !healthy ? failure(503, "UNAVAILABLE", "away") : healthy(query));
  visit("/", api.url);
  expect(await rows()).toHaveLength(ENTRIES.length);
});

test("while the answer is on its way, the page says so", async () => {
  api.routes["/v1/trending/regions"] = () => null;
  visit("/", api.url);
  expect(await screen.findByRole("status", { name: "Loading the regions" })).toBeVisible();
});
