import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bySink, condition, longestLagSeconds, newest, progress } from "../src/pipelines/lag";
import { pipeline } from "./fixtures";
import { failure, type LoopbackApi, NOW, startApi, success } from "./loopback-api";
import { visit } from "./visit";

const NOW_MS = Date.parse(NOW);
const PATH = "/v1/pipelines";

let api: LoopbackApi;
beforeEach(async () => {
  api = await startApi({
    [PATH]: () => success({ pipelines: [pipeline({})] }),
    "/v1/groups": () => success({ groups: [] }, null),
    "/v1/views": () => success({ views: [] }, null),
    "/v1/corrections": () => success({ corrections: [] }, null),
  });
});
afterEach(() => api.close());

test("every partition has a row under its sink, in order", async () => {
  const rows = [pipeline({ partition: 1 }), pipeline({ partition: 0, position: 123, behind: 7, behind_seconds: 0.4, in_per_second: 12.4, out_per_second: 30, queryable_ms: 240 }), pipeline({ sink: "lake" })];
  api.routes[PATH] = () => success({ pipelines: rows });
  visit("/pipelines", api.url);
  const views = await screen.findByRole("table", { name: "Partitions of views" });
  const [first, second] = within(views).getAllByRole("row").slice(1);
  expect(first).toHaveTextContent("youtube.video-snapshots.v1 0");
  expect(first).toHaveTextContent("123 / 130");
  expect(first).toHaveTextContent("Behind");
  expect(first).toHaveTextContent("0.4 s");
  expect(first).toHaveTextContent("12 / 30");
  expect(first).toHaveTextContent("240 ms");
  expect(second).toHaveTextContent("youtube.video-snapshots.v1 1");
  expect(second).toHaveTextContent("Caught up");
  expect(screen.getByRole("table", { name: "Partitions of lake" })).toBeVisible();
  expect(screen.getByLabelText("Records behind")).toHaveTextContent(/^7$/);
});

test("a sink is as of its own newest event", async () => {
  const rows = [
    pipeline({ event_time: "2020-08-16T01:00:00Z" }),
    pipeline({ partition: 1, event_time: "2020-08-16T02:00:00Z" }),
    pipeline({ sink: "lake", event_time: null }),
  ];
  api.routes[PATH] = () => success({ pipelines: rows });
  visit("/pipelines", api.url);
  expect(await screen.findByRole("region", { name: "views" })).toHaveTextContent("as of 2020-08-16 02:00 UTC");
  expect(screen.getByRole("region", { name: "lake" })).toHaveTextContent("as of no data yet");
});

test("a sink that is not moving says why, and since when", async () => {
  const part = { sink: "views", trouble: "database: connection refused", trouble_since: "2020-08-17T09:58:00Z" };
  api.routes[PATH] = () => success({ pipelines: [pipeline(part), pipeline({ ...part, partition: 1 }), pipeline({ sink: "lake" })] });
  visit("/pipelines", api.url);
  expect(await screen.findAllByText(/^Not moving since 2020-08-17 09:58 UTC: database: connection refused$/)).toHaveLength(1);
  const [first] = within(screen.getByRole("table", { name: "Partitions of views" })).getAllByRole("row").slice(1);
  expect(first).toHaveTextContent("Stopped");
  // what is unread is not known while nobody can look
  expect(first).not.toHaveTextContent("none");
  expect(screen.getByLabelText("Longest lag")).not.toHaveTextContent("none");
  expect(screen.getByRole("table", { name: "Partitions of lake" })).not.toHaveTextContent("Stopped");
  expect(screen.getByText("3 partitions, 2 stopped", { exact: false })).toBeVisible();
  const [before, after] = [screen.getByText(/^not moving/), screen.getByText(/^caught up/)];
  expect(before.compareDocumentPosition(after)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("a sink that has read everything but has not reported for over a minute is shown as stalled", async () => {
  api.routes[PATH] = () => success({ pipelines: [pipeline({ updated_at: "2020-08-17T09:58:00Z" }), pipeline({ partition: 1 })] });
  visit("/pipelines", api.url);
  const [old, fresh] = within(await screen.findByRole("table", { name: "Partitions of views" })).getAllByRole("row").slice(1);
  expect(old).toHaveTextContent("Stalled");
  expect(old).not.toHaveTextContent("Caught up");
  expect(fresh).toHaveTextContent("Caught up");
  expect(screen.getByText("2 partitions, 1 stalled", { exact: false })).toBeVisible();
  expect(screen.getByText(/^not heard of for a minute/)).toBeVisible();
});

test("ages are counted on the server's clock and grow while nothing new comes", async () => {
  api.routes[PATH] = () => success({ pipelines: [pipeline({ updated_at: "2020-08-17T09:59:30Z" })] });
  visit("/pipelines", api.url);
  const report = await screen.findByLabelText("Last report");
  const shown = () => Number(/^(\d+) s ago$/.exec(report.textContent)?.[1]);
  const first = shown();
  expect(first).toBeGreaterThanOrEqual(30);
  api.routes[PATH] = () => null;
  await waitFor(() => { expect(shown()).toBeGreaterThan(first); });
});

test("the page asks again by itself and shows what is new", async () => {
  visit("/pipelines", api.url);
  expect(await screen.findByLabelText("Records behind")).toHaveTextContent(/^0$/);
  api.routes[PATH] = () => success({ pipelines: [pipeline({ end: 172, behind: 42 })] });
  await waitFor(() => { expect(screen.getByLabelText("Records behind")).toHaveTextContent(/^42$/); });
});

test("when refreshing fails the last numbers stay, and the page says that they are old", async () => {
  visit("/pipelines", api.url);
  await screen.findByLabelText("Records behind");
  api.routes[PATH] = () => failure(500, "INTERNAL", "something went wrong");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(/Not refreshed: INTERNAL.*something went wrong.*req-failure/);
  expect(screen.getByRole("table", { name: "Partitions of views" })).toBeVisible();
});

test("before any sink has read, the page says how to feed it", async () => {
  api.routes[PATH] = () => success({ pipelines: [] }, null);
  visit("/pipelines", api.url);
  expect(await screen.findByText("ytempire ingest trending FILE...")).toBeVisible();
});

describe("lag", () => {
  test("a sink that has not reported for over a minute is stalled, whether it was behind or not", () => {
    const minute = "2020-08-17T09:59:00Z";
    const longer = "2020-08-17T09:58:59Z";
    expect(condition(pipeline({ behind: 1, updated_at: minute }), NOW_MS)).toBe("behind");
    expect(condition(pipeline({ behind: 0, updated_at: minute }), NOW_MS)).toBe("caught-up");
    expect(condition(pipeline({ behind: 1, updated_at: longer }), NOW_MS)).toBe("stalled");
    expect(condition(pipeline({ behind: 0, updated_at: longer }), NOW_MS)).toBe("stalled");
  });

  test("a sink that has told its trouble is stopped, however old its report is", () => {
    const trouble = "database: connection refused";
    expect(condition(pipeline({ trouble }), NOW_MS)).toBe("stopped");
    expect(condition(pipeline({ trouble, behind: 1, updated_at: "2020-08-17T09:58:00Z" }), NOW_MS)).toBe("stopped");
  });

  test("an empty partition has been read in full", () => {
    expect(progress(pipeline({ position: 0, end: 0 }))).toBe(1);
    expect(progress(pipeline({ position: 65, end: 130 }))).toBe(0.5);
  });

  test("sinks are summed, lag is the longest, an unknown lag is not zero", () => {
    const groups = bySink([pipeline({ behind: 2 }), pipeline({ behind: 3, partition: 1 }), pipeline({ sink: "lake" })]);
    expect(groups.map(({ sink, behind }) => [sink, behind])).toEqual([["lake", 0], ["views", 5]]);
    expect(longestLagSeconds([pipeline({}), pipeline({ behind_seconds: 4 }), pipeline({ behind_seconds: 2 })])).toBe(4);
    expect(longestLagSeconds([pipeline({})])).toBeNull();
    expect(newest([null, NOW, "2020-08-16T00:00:00Z"])).toBe(NOW);
  });
});
