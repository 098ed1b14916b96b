import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changes, keyText } from "../src/pipelines/corrections";
import { knownBehind, positionsInOrder, viewsBySink } from "../src/pipelines/views";
import { correction, pipeline, view } from "./fixtures";
import { failure, type LoopbackApi, startApi, success } from "./loopback-api";
import { visit } from "./visit";

const PIPELINES = "/v1/pipelines";
const GROUPS = "/v1/groups";
const VIEWS = "/v1/views";
const CORRECTIONS = "/v1/corrections";
const CORRECTED = "Corrections by late events";
const NO_GROUPS = "No other consumer group has committed an offset on this cluster.";
const NOTHING_CORRECTED = "No late event has changed anything yet.";

let api: LoopbackApi;
beforeEach(async () => {
  api = await startApi({
    [PIPELINES]: () => success({ pipelines: [pipeline({})] }),
    [GROUPS]: () => success({ groups: [] }, null),
    [VIEWS]: () => success({ views: [view({})] }),
    [CORRECTIONS]: () => success({ corrections: [] }, null),
  });
});
afterEach(() => api.close());

async function rowsOf(table: string): Promise<HTMLElement[]> {
  return within(await screen.findByRole("table", { name: table })).getAllByRole("row").slice(1);
}

function asked(path: string): number {
  return api.asked.filter((one) => one.startsWith(path)).length;
}

test("every view has a row under its sink, with its as_of, what it is complete through, behind and corrections", async () => {
  const velocity = view({ as_of: "2020-08-16T10:00:00Z", complete_through: "2020-08-16T09:58:00Z", behind: 1_212, corrections_24h: 3 });
  api.routes[VIEWS] = () => success({ views: [velocity, view({ name: "video_ages", corrections_24h: 1 }), view({ name: "videos", sink: "views", made_from: ["video_day_tiles"], corrections_24h: 9 })] });
  visit("/pipelines", api.url);
  const rows = await rowsOf("Views by sink");
  expect(rows.map((row) => (row.querySelector("summary") ?? row).textContent)).toEqual(["views", "videos", "views.velocity", "video_ages", "video_velocity"]);
  const cells = within(rows[4] as HTMLElement).getAllByRole("cell").map(({ textContent }) => textContent);
  expect(cells).toEqual(["2020-08-16 10:00 UTC", "2020-08-16 09:58 UTC", "1,212", "3"]);
  expect(screen.getByRole("region", { name: "Views" })).toHaveTextContent(/4 corrections in the 24 h to 2020-08-17 10:00 UTC · as of 2020-08-16 00:00 UTC/);
});

test("a sink that has put rows aside says how many, and how to see them", async () => {
  api.routes[VIEWS] = () => success({ views: [view({ refused: 2 }), view({ name: "videos", sink: "views" })] });
  visit("/pipelines", api.url);
  const rows = await rowsOf("Views by sink");
  expect(rows[2]).toHaveTextContent(/^views\.velocity ?2 rows put aside: ytempire stream refused$/);
  expect(rows[0]).toHaveTextContent(/^views$/);
});

test("a view that rows came too late for says how many, and where they are", async () => {
  api.routes[VIEWS] = () => success({ views: [view({ late: 1_873 }), view({ name: "videos", sink: "views" })] });
  visit("/pipelines", api.url);
  const rows = await rowsOf("Views by sink");
  expect(rows[3]).toHaveTextContent(/1,873 rows came too late: ytempire sql "SELECT \* FROM late_rows"/);
  expect(rows[1]).not.toHaveTextContent(/too late/);
});

test("a view whose sink has read nothing has no numbers that look known", async () => {
  api.routes[VIEWS] = () => success({ views: [view({ as_of: null, complete_through: null, positions: {} })] }, null);
  visit("/pipelines", api.url);
  const row = (await rowsOf("Views by sink"))[1] as HTMLElement;
  const cells = within(row).getAllByRole("cell").map(({ textContent }) => textContent);
  expect(cells).toEqual(["no data yet", "not known yet", "–", "0"]);
  expect(within(row).getByRole("rowheader")).toHaveTextContent(/^video_velocity/);
  expect(row.querySelector("details")).toBeNull();
});

test("a view's positions are hidden until they are asked for, and the tab key comes to them", async () => {
  api.routes[VIEWS] = () => success({ views: [view({ positions: { "youtube.video-snapshots.v1/10": 7, "youtube.video-snapshots.v1/2": 1_904 } })] });
  const user = visit("/pipelines", api.url);
  const name = await screen.findByLabelText("video_velocity, positions");
  const positions = screen.getByLabelText("Positions of video_velocity");
  expect(positions).not.toBeVisible();
  for (let presses = 0; presses < 40 && document.activeElement !== name; presses += 1) await user.tab();
  expect(name).toHaveFocus();
  await user.click(name);
  expect(positions).toBeVisible();
  const items = within(positions).getAllByRole("listitem").map(({ textContent }) => textContent);
  expect(items).toEqual(["youtube.video-snapshots.v1/2 1,904", "youtube.video-snapshots.v1/10 7"]);
});

test("views and corrections are asked again by themselves, less often than the pipelines, and what is open stays open", async () => {
  const user = visit("/pipelines", api.url);
  await user.click(await screen.findByLabelText("video_velocity, positions"));
  await screen.findByText(NOTHING_CORRECTED);
  api.routes[VIEWS] = () => success({ views: [view({ positions: { "youtube.video-snapshots.v1/0": 905 } })] });
  api.routes[CORRECTIONS] = () => success({ corrections: [correction({})] });
  await waitFor(() => { expect(screen.getByLabelText("Positions of video_velocity")).toHaveTextContent("v1/0 905"); }, { timeout: 30_000 });
  expect(screen.getByLabelText("Positions of video_velocity")).toBeVisible();
  expect(await rowsOf(CORRECTED)).toHaveLength(1);
  expect(asked(PIPELINES)).toBeGreaterThan(asked(VIEWS) + 1);
});

test("corrections are told newest first: when, which row, what changed and why", async () => {
  const tile = correction({ old: { views: 1_100, likes: null, comments: 5 }, new: { views: 1_150, likes: 0, comments: 5 } });
  const newer = correction({ corrected_at: "2020-08-17T09:59:30Z", view: "category_hours" });
  api.routes[CORRECTIONS] = () => success({ corrections: [tile, newer] });
  visit("/pipelines", api.url);
  const [first, second] = await rowsOf(CORRECTED);
  expect(first).toHaveTextContent("category_hours");
  const [when, row, change, why] = within(second as HTMLElement).getAllByRole("cell");
  expect(when).toHaveTextContent(/^2020-08-17 09:59 UTC$/);
  expect(row).toHaveTextContent(/^video_day_tiles video_id dQw4w9WgXcQ, day 2020-08-10/);
  expect(change).toHaveTextContent("views 1,100 → 1,150");
  expect(change).toHaveTextContent("likes – → 0");
  expect(change).not.toHaveTextContent("comments");
  expect(change).not.toHaveTextContent("new row");
  expect(why).toHaveTextContent(/^event 34c69de1-04e7-835f-9e7d-e2fa5385893c came after its partition had told up to 2020-08-16 00:00 UTC$/);
  expect(screen.getByRole("region", { name: CORRECTED })).toHaveTextContent(/2 corrections · as of 2020-08-16 00:00 UTC/);
  expect(api.asked).toContain("/v1/corrections?limit=20");
});

test("a row that was not there before is told as new, with its values", async () => {
  api.routes[CORRECTIONS] = () => success({ corrections: [correction({ old: null, new: { views: 150 } }), correction({ view: "video_peers", old: null, new: null })] });
  visit("/pipelines", api.url);
  const [valued, bare] = (await rowsOf(CORRECTED)).map((row) => within(row).getAllByRole("cell")[2]);
  expect(valued).toHaveTextContent(/^new rowviews 150/);
  expect(valued).not.toHaveTextContent("→");
  expect(bare).toHaveTextContent(/^new row/);
});

test("a list that may go on says that it is the newest", async () => {
  const many = Array.from({ length: 20 }, (_, day) => correction({ key: { video_id: "dQw4w9WgXcQ", day: `2020-07-${day + 10}` } }));
  api.routes[CORRECTIONS] = () => success({ corrections: many });
  visit("/pipelines", api.url);
  expect(await rowsOf(CORRECTED)).toHaveLength(20);
  expect(screen.getByRole("region", { name: CORRECTED })).toHaveTextContent("the newest 20");
});

test("as long as no late event has changed anything, the page says so and as of when", async () => {
  visit("/pipelines", api.url);
  expect(await screen.findByText(NOTHING_CORRECTED)).toBeVisible();
  expect(screen.getByRole("region", { name: CORRECTED })).toHaveTextContent("as of 2020-08-17 10:00 UTC");
  expect(screen.queryByRole("table", { name: CORRECTED })).toBeNull();
});

const SHOWN = {
  [PIPELINES]: () => screen.findByRole("table", { name: "Partitions of views" }),
  [GROUPS]: () => screen.findByText(NO_GROUPS),
  [VIEWS]: () => screen.findByRole("table", { name: "Views by sink" }),
  [CORRECTIONS]: () => screen.findByText(NOTHING_CORRECTED),
};

test.each([
  [PIPELINES, "Pipelines"],
  [GROUPS, "Other consumer groups"],
  [VIEWS, "Views"],
  [CORRECTIONS, CORRECTED],
])("when %s fails its error has its name, and the rest of the page stays", async (failing, name) => {
  const fine = api.routes[failing];
  api.routes[failing] = () => failure(503, "UNAVAILABLE", "the database is away");
  const user = visit("/pipelines", api.url);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(new RegExp(`^${name} · UNAVAILABLE.*the database is away.*req-failure`));
  for (const [path, shown] of Object.entries(SHOWN)) if (path !== failing) expect(await shown()).toBeVisible();
  expect(screen.getAllByRole("alert")).toHaveLength(1);
  if (fine) api.routes[failing] = fine;
  await user.click(within(alert).getByRole("button", { name: "Retry" }));
  expect(await SHOWN[failing as keyof typeof SHOWN]()).toBeVisible();
});

test.each([
  [VIEWS, () => success({ views: [{ ...view({}), positions: { "topic/0": "904" } }] }), "data.views[0].positions.topic/0 should be a number but is a string"],
  [CORRECTIONS, () => success({ corrections: [correction({}), { ...correction({}), new: { views: [1] } }] }), "data.corrections[1].new.views should be text, a number, true, false or null but is a list"],
])("an answer of %s of another shape is told with the place that is wrong", async (path, route, place) => {
  api.routes[path] = route;
  visit("/pipelines", api.url);
  expect(await screen.findByRole("alert")).toHaveTextContent(place);
});

describe("what views and corrections say", () => {
  test("sinks and their views are in order, whatever the order of the answer", () => {
    const groups = viewsBySink([view({ name: "b" }), view({ sink: "views" }), view({ name: "a" })]);
    expect(groups.map(({ sink, views }) => [sink, views.map(({ name }) => name)])).toEqual([["views", ["video_velocity"]], ["views.velocity", ["a", "b"]]]);
  });

  test("partition 2 comes before partition 10, and a sink without positions has no known lag", () => {
    expect(positionsInOrder(view({ positions: { "t/10": 1, "t/2": 2, "s/11": 3 } }))).toEqual([["s/11", 3], ["t/2", 2], ["t/10", 1]]);
    expect(knownBehind(view({}))).toBe(0);
    expect(knownBehind(view({ positions: {} }))).toBeNull();
  });

  test("a change keeps every digit, and a column that only one side has is a change too", () => {
    const told = changes(correction({ old: { share: 0.1234567, gone: 1, is_short: false, same: "x" }, new: { share: 0.1234568, came: "yes", is_short: true, same: "x" } }));
    expect(told).toEqual([
      { column: "share", from: "0.1234567", to: "0.1234568" },
      { column: "came", from: "–", to: "yes" },
      { column: "is_short", from: "false", to: "true" },
      { column: "gone", from: "1", to: "–" },
    ]);
  });

  test("a key is told as it is: its numbers are no amounts", () => {
    expect(keyText(correction({ key: { category_id: 1_000, region: null } }))).toBe("category_id 1000, region –");
  });
});
