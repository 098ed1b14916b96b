import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Sources } from "../src/api/resources";
import { type LoopbackApi, startApi, success } from "./loopback-api";
import { visit } from "./visit";

const PATH = "/v1/sources";
const NOTHING: Sources = { connections: [], targets: [], quota: [] };

let api: LoopbackApi;
beforeEach(async () => {
  api = await startApi({ [PATH]: () => success(NOTHING, null) });
});
afterEach(() => api.close());

test("before anything is polled the page says how to begin", async () => {
  visit("/sources", api.url);
  expect(await screen.findByText("Nothing is polled yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "Connect a channel" })).toHaveAttribute("href", "/auth/youtube/connect");
});

test("a revoked channel asks to be connected again, a connected one does not", async () => {
  const connected = { channel_id: "UCa", title: "Cooking", state: "connected", connected_at: "2026-11-01T10:00:00Z", refreshed_at: null, error: null };
  const revoked = { ...connected, channel_id: "UCb", title: "Travel", state: "revoked", error: "its owner took the access back" };
  api.routes[PATH] = () => success({ ...NOTHING, connections: [revoked, connected] });
  visit("/sources", api.url);
  const [first, second] = within(await screen.findByRole("table", { name: "Connected channels" })).getAllByRole("row").slice(1);
  expect(first).toHaveTextContent(/Travel.*its owner took the access back.*Connect again/);
  expect(within(first as HTMLElement).getByRole("link", { name: "Connect it again" })).toHaveAttribute("href", "/auth/youtube/connect");
  expect(second).toHaveTextContent(/Cooking.*Connected.*not yet/);
  expect(within(second as HTMLElement).queryByRole("link")).toBeNull();
  expect(screen.getByText(/1 channel to connect again/)).toBeVisible();
});

test("what is polled shows its state, its error and when it is read next", async () => {
  const fine = { source: "youtube", target: "channel:UCa", state: "ok", last_success: "2026-11-25T10:00:00Z", next_run: "2026-11-25T11:00:00Z", error: null };
  const refused = { source: "stripe", target: "charges", state: "credential", last_success: null, next_run: null, error: "HTTP 401: connect it again" };
  api.routes[PATH] = () => success({ ...NOTHING, targets: [refused, fine], quota: [{ project: "default", bucket: "default", limit: 10_000, used: 9_000 }] });
  visit("/sources", api.url);
  const [first, second] = within(await screen.findByRole("table", { name: "Polled sources" })).getAllByRole("row").slice(1);
  expect(first).toHaveTextContent(/stripe charges.*HTTP 401: connect it again.*No access.*never.*when the error is mended/);
  expect(second).toHaveTextContent(/youtube channel:UCa.*Up to date/);
  expect(within(screen.getByRole("table", { name: "Quota today" })).getAllByRole("row")[1]).toHaveTextContent(/9,000 \/ 10,000.*1,000/);
});
