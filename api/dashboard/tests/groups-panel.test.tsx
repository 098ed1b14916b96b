import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { caughtUpText, groupsInOrder, lagText, ratesText } from "../src/pipelines/groups";
import { reportedCondition } from "../src/pipelines/lag";
import { groupLag, pipeline, view } from "./fixtures";
import { failure, type LoopbackApi, NOW, startApi, success } from "./loopback-api";
import { visit } from "./visit";

const NOW_MS = Date.parse(NOW);
const PATH = "/v1/groups";
const TITLE = "Other consumer groups";
const NO_GROUPS = "No other consumer group has committed an offset on this cluster.";
const BEHIND = { position: 4, behind: 6, behind_seconds: 12.5, in_per_second: 0.2, out_per_second: 0.3, caught_up_in_seconds: 60 };

let api: LoopbackApi;
beforeEach(async () => {
  api = await startApi({
    "/v1/pipelines": () => success({ pipelines: [pipeline({})] }),
    [PATH]: () => success({ groups: [groupLag({})] }, null),
    "/v1/views": () => success({ views: [view({})] }),
    "/v1/corrections": () => success({ corrections: [] }, null),
  });
});
afterEach(() => api.close());

async function rowsOfGroups(): Promise<HTMLElement[]> {
  return within(await screen.findByRole("table", { name: TITLE })).getAllByRole("row").slice(1);
}

/** All but the first cell, which names the partition. */
function figures(row: HTMLElement | undefined): (string | null)[] {
  return within(row as HTMLElement).getAllByRole("cell").slice(1).map(({ textContent }) => textContent);
}

test("every partition of every group has a row, in order, with where it stands and when it will be caught up", async () => {
  const later = "2020-08-17T10:01:00Z"; // ahead of the server's clock, so that its age stays 0
  const rows = [
    groupLag({ partition: 10, ...BEHIND, updated_at: later }),
    groupLag({ partition: 2, end: 2_410, position: 2_410, updated_at: later }),
    groupLag({ group: "billing", behind: 6, position: 4, in_per_second: 0.3, out_per_second: 0.3, updated_at: later }),
  ];
  api.routes[PATH] = () => success({ groups: rows }, null);
  visit("/pipelines", api.url);
  const [first, second, third] = await rowsOfGroups();
  expect(first).toHaveTextContent(/^billing orders 0/);
  expect(figures(first)).toEqual(["Behind", "4 / 10", "6", "–", "0.3 / 0.3", "never at this rate", "0.0 s ago"]);
  expect(second).toHaveTextContent(/^strangers orders 2/);
  expect(figures(second)).toEqual(["Caught up", "2,410 / 2,410", "0", "none", "– / –", "–", "0.0 s ago"]);
  expect(third).toHaveTextContent(/^strangers orders 10/);
  expect(figures(third)).toEqual(["Behind", "4 / 10", "6", "12 s", "0.2 / 0.3", "1 min", "0.0 s ago"]);
  const names = within(screen.getByRole("table", { name: TITLE })).getAllByRole("columnheader").map(({ textContent }) => textContent);
  expect(names).toEqual(["Group / topic / partition", "State", "Position / end", "Behind", "Lag", "In / out per s", "Caught up in", "Reported"]);
  expect(screen.getByRole("region", { name: TITLE })).toHaveTextContent(/2 groups · as of 2020-08-17 10:00 UTC/);
});

test("what a narrow screen has no columns for is told under the group's name", async () => {
  api.routes[PATH] = () => success({ groups: [groupLag({ ...BEHIND, updated_at: "2020-08-17T10:01:00Z" })] }, null);
  visit("/pipelines", api.url);
  const [row] = await rowsOfGroups();
  expect(within(row as HTMLElement).getAllByRole("cell")[0]).toHaveTextContent(/^strangers orders 0Behind4 of 10 ?in \/ out per s: 0\.2 \/ 0\.3 ?caught up in: 1 min ?reported 0\.0 s ago$/);
});

test("a group that nobody has reported for over a minute is stalled, even with nothing left to read", async () => {
  const old = "2020-08-17T09:58:00Z";
  api.routes[PATH] = () => success({ groups: [groupLag({ updated_at: old }), groupLag({ partition: 1, ...BEHIND, updated_at: old })] }, null);
  visit("/pipelines", api.url);
  const rows = await rowsOfGroups();
  expect(rows.map((row) => figures(row)[0])).toEqual(["Stalled", "Stalled"]);
  expect(rows[0]).toHaveTextContent(/2 min( \d s)? ago$/);
});

test("the panel is below the sinks and above the views", async () => {
  visit("/pipelines", api.url);
  await Promise.all(["views", TITLE, "Views"].map((name) => screen.findByRole("region", { name })));
  const titles = screen.getAllByRole("heading", { level: 2 }).map(({ textContent }) => textContent);
  expect(titles.slice(0, 3)).toEqual(["views", TITLE, "Views"]);
});

test("groups are asked again by themselves, as often as the pipelines", async () => {
  visit("/pipelines", api.url);
  expect((await rowsOfGroups()).map((row) => figures(row)[0])).toEqual(["Caught up"]);
  api.routes[PATH] = () => success({ groups: [groupLag(BEHIND)] }, null);
  await waitFor(() => { expect(screen.getByRole("table", { name: TITLE })).toHaveTextContent("Behind4 / 106"); }, { timeout: 4_000 });
});

test("when refreshing fails the last figures stay, and the panel says that they are old", async () => {
  visit("/pipelines", api.url);
  await rowsOfGroups();
  api.routes[PATH] = () => failure(500, "INTERNAL", "something went wrong");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(/Other consumer groups · Not refreshed: INTERNAL.*something went wrong.*req-failure/);
  expect(await rowsOfGroups()).toHaveLength(1);
});

test("where there is no other group the panel says so and as of when", async () => {
  api.routes[PATH] = () => success({ groups: [] }, null);
  visit("/pipelines", api.url);
  expect(await screen.findByText(NO_GROUPS)).toBeVisible();
  expect(screen.getByRole("region", { name: TITLE })).toHaveTextContent("as of 2020-08-17 10:00 UTC");
  expect(screen.queryByRole("table", { name: TITLE })).toBeNull();
});

test("an answer of another shape is told with the place that is wrong", async () => {
  api.routes[PATH] = () => success({ groups: [groupLag({}), { ...groupLag({}), position: "4" }] }, null);
  visit("/pipelines", api.url);
  expect(await screen.findByRole("alert")).toHaveTextContent("data.groups[1].position should be a number but is a string");
});

describe("what groups say", () => {
  test("rows are in order of group, topic and partition, whatever the order of the answer", () => {
    const told = groupsInOrder([groupLag({ partition: 10 }), groupLag({ partition: 2 }), groupLag({ topic: "bills", partition: 11 }), groupLag({ group: "a", topic: "z" })]);
    expect(told.map(({ group, topic, partition }) => `${group}/${topic}/${partition}`)).toEqual(["a/z/0", "strangers/bills/11", "strangers/orders/2", "strangers/orders/10"]);
  });

  test("a lag of nothing is none, an unknown one is a dash", () => {
    expect(lagText(groupLag({ behind: 0, behind_seconds: 0 }))).toBe("none");
    expect(lagText(groupLag({ behind: 6, behind_seconds: 12.5 }))).toBe("12 s");
    expect(lagText(groupLag({ behind: 6, behind_seconds: null }))).toBe("–");
  });

  test("only a group that is behind at known rates is never caught up", () => {
    const rates = { in_per_second: 0.3, out_per_second: 0 };
    expect(caughtUpText(groupLag(BEHIND))).toBe("1 min");
    expect(caughtUpText(groupLag({ behind: 6, ...rates }))).toBe("never at this rate");
    expect(caughtUpText(groupLag({ behind: 0, ...rates }))).toBe("–");
    expect(caughtUpText(groupLag({ behind: 6, ...rates, in_per_second: null }))).toBe("–");
    expect(caughtUpText(groupLag({ behind: 6, ...rates, out_per_second: null }))).toBe("–");
  });

  test("a slow rate is not told as nothing", () => {
    expect(ratesText(groupLag({ in_per_second: 0.01, out_per_second: 0 }))).toBe("<0.1 / 0");
    expect(ratesText(groupLag({ in_per_second: 12.44, out_per_second: null }))).toBe("12.4 / –");
  });

  test("a report of a minute ago still counts, an older one does not", () => {
    expect(reportedCondition(groupLag({ updated_at: "2020-08-17T09:59:00Z" }), NOW_MS)).toBe("caught-up");
    expect(reportedCondition(groupLag({ behind: 1, updated_at: "2020-08-17T09:59:00Z" }), NOW_MS)).toBe("behind");
    expect(reportedCondition(groupLag({ updated_at: "2020-08-17T09:58:59Z" }), NOW_MS)).toBe("stalled");
  });
});
