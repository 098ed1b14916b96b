// @vitest-environment node
import { afterEach, expect, test } from "vitest";
import { createClient } from "../src/api/client";
import { ApiError } from "../src/api/envelope";
import { entry, pipeline } from "./fixtures";
import { AS_OF, failure, type LoopbackApi, NOW, startApi, success } from "./loopback-api";

let api: LoopbackApi | undefined;
afterEach(() => api?.close());

async function clientOf(routes: LoopbackApi["routes"], timeoutMs?: number) {
  api = await startApi(routes);
  return createClient(api.url, timeoutMs);
}

async function errorOf(answer: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await answer.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

test("an answer carries the data and the envelope's as_of, timestamp and request", async () => {
  const client = await clientOf({ "/v1/pipelines": () => success({ pipelines: [pipeline({ behind: 7 })] }) });
  const answer = await client.pipelines();
  expect(answer).toEqual({ data: { pipelines: [pipeline({ behind: 7 })] }, asOf: AS_OF, timestamp: NOW, requestId: "req-success" });
});

test("as_of is null when there is no data", async () => {
  const client = await clientOf({ "/v1/trending/regions": () => success({ regions: [] }, null) });
  expect((await client.trendingRegions()).asOf).toBeNull();
});

test("only the filters that are set are asked for", async () => {
  const client = await clientOf({ "/v1/trending": () => success({ region: "US", day: "2020-08-16", entries: [entry({})] }) });
  await client.trending({ region: "US", category_id: null, day: null, limit: 50 });
  await client.trending({ region: "US", category_id: 10, day: "2020-08-14", limit: 200 });
  expect(api?.asked).toEqual(["/v1/trending?region=US&limit=50", "/v1/trending?region=US&category_id=10&day=2020-08-14&limit=200"]);
});

test("a video id can't reach another path", async () => {
  const client = await clientOf({});
  await errorOf(client.videoStats("../trending?x#y"));
  expect(api?.asked).toEqual(["/v1/videos/stats/..%2Ftrending%3Fx%23y"]);
});

test("a refusal keeps code, message, details, status and request", async () => {
  const client = await clientOf({ "/v1/trending": () => failure(404, "NOT_FOUND", "no such region", { regions: ["US"] }) });
  const error = await errorOf(client.trending({ region: "ZZ", category_id: null, day: null, limit: 50 }));
  expect(error).toMatchObject({ code: "NOT_FOUND", message: "no such region", status: 404, requestId: "req-failure", details: { regions: ["US"] }, isTransient: false });
});

test("a server that is away for a moment is worth asking again", async () => {
  const client = await clientOf({ "/v1/pipelines": () => failure(503, "UNAVAILABLE", "the database is away") });
  expect((await errorOf(client.pipelines())).isTransient).toBe(true);
});

test.each([
  ["a page of a proxy", { status: 502, body: "<html>Bad gateway</html>" }],
  ["half an answer", { status: 200, body: '{"success":tr' }],
  ["JSON without an envelope", { status: 200, body: "[]" }],
])("%s is told as BAD_ANSWER", async (_, reply) => {
  const client = await clientOf({ "/v1/pipelines": () => reply });
  const error = await errorOf(client.pipelines());
  expect(error.code).toBe("BAD_ANSWER");
  expect(error.message).toContain(String(reply.status));
});

test("data of another shape is told with the place that is wrong", async () => {
  const broken = { ...entry({}), days_on_chart: "four" };
  const client = await clientOf({ "/v1/trending": () => success({ region: "US", day: "2020-08-16", entries: [entry({}), broken] }) });
  const error = await errorOf(client.trending({ region: "US", category_id: null, day: null, limit: 50 }));
  expect(error.code).toBe("BAD_ANSWER");
  expect(error.message).toContain("data.entries[1].days_on_chart should be a number but is a string");
  expect(error.requestId).toBe("req-success");
});

test("fields this dashboard does not know are no error", async () => {
  const client = await clientOf({ "/v1/trending/regions": () => success({ regions: [], added_later: true }) });
  expect((await client.trendingRegions()).data).toEqual({ regions: [] });
});

test("a server that is not there is UNREACHABLE", async () => {
  const client = await clientOf({});
  await api?.close();
  expect((await errorOf(client.pipelines())).code).toBe("UNREACHABLE");
});

test("a server that never answers is given up", async () => {
  const client = await clientOf({ "/v1/pipelines": () => null }, 50);
  expect(await errorOf(client.pipelines())).toMatchObject({ code: "TIMEOUT", isTransient: true });
});

test("a page that is left ends its request without an error to show", async () => {
  const leave = new AbortController();
  const client = await clientOf({
    "/v1/pipelines": () => {
      leave.abort();
      return null;
    },
  });
  await expect(client.pipelines(leave.signal)).rejects.toMatchObject({ name: "AbortError" });
});
