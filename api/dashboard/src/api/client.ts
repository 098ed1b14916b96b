// The only place that talks HTTP. Every question goes to the page's own origin unless another base is handed in.
// A call ends with a decoded answer or an ApiError; it is given up after `timeoutMs` or when the page leaves.
import type { Decoder } from "./decode";
import { type Answer, ApiError, openEnvelope } from "./envelope";
import { corrections, groups, pipelines, sources, type TrendingQuestion, trending, trendingRegions, trends, type TrendsQuestion, videoStats, views } from "./resources";

const TIMEOUT_MS = 15_000;

export type ApiClient = ReturnType<typeof createClient>;

export function createClient(base = "", timeoutMs = TIMEOUT_MS) {
  async function get<T>(path: string, decoder: Decoder<T>, signal?: AbortSignal): Promise<Answer<T>> {
    const { body, status } = await read(base + path, timeoutMs, signal);
    return openEnvelope(body, status, decoder);
  }

  return {
    trendingRegions: (signal?: AbortSignal) => get("/v1/trending/regions", trendingRegions, signal),
    trending: (question: TrendingQuestion, signal?: AbortSignal) =>
      get(`/v1/trending?${query({ ...question })}`, trending, signal),
    trends: (question: TrendsQuestion, signal?: AbortSignal) =>
      get(`/v1/analytics/trends?${query({ ...question })}`, trends, signal),
    videoStats: (videoId: string, signal?: AbortSignal) =>
      get(`/v1/videos/stats/${encodeURIComponent(videoId)}`, videoStats, signal),
    sources: (signal?: AbortSignal) => get("/v1/sources", sources, signal),
    pipelines: (signal?: AbortSignal) => get("/v1/pipelines", pipelines, signal),
    groups: (signal?: AbortSignal) => get("/v1/groups", groups, signal),
    views: (signal?: AbortSignal) => get("/v1/views", views, signal),
    corrections: (limit: number, signal?: AbortSignal) => get(`/v1/corrections?${query({ limit })}`, corrections, signal),
  };
}

function query(parameters: Record<string, string | number | null>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
  return new URLSearchParams(given).toString();
}

/** The body is read inside the time limit too: an answer that stops half way is an answer that did not come. */
async function read(url: string, timeoutMs: number, left?: AbortSignal): Promise<{ body: string; status: number }> {
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = left ? AbortSignal.any([left, limit]) : limit;
  try {
    const response = await fetch(url, { signal, headers: { accept: "application/json" } });
    return { body: await response.text(), status: response.status };
  } catch (error) {
    if (left?.aborted) throw error;
    if (limit.aborted) throw new ApiError("TIMEOUT", `The server did not answer within ${timeoutMs / 1000} seconds.`);
    throw new ApiError("UNREACHABLE", "The server can't be reached. Is `ytempire up` (or `ytempire api`) running?");
  }
}
