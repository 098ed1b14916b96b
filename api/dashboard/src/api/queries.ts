// The pages' questions as TanStack queries: what is polled and how often, and what is worth asking again.
// The client is handed in through the context; nothing here knows where the server is.
import { keepPreviousData, QueryClient, skipToken, useQuery } from "@tanstack/react-query";
import { createContext, use } from "react";
import type { ApiClient } from "./client";
import { ApiError } from "./envelope";
import type { TrendingQuestion, TrendsQuestion } from "./resources";

const CHART_MS = 10_000;
const SOURCES_MS = 5_000;
const PIPELINES_MS = 2_000;
const VIEWS_MS = 10_000;
const RETRIES = 2;

export const ApiContext = createContext<ApiClient | null>(null);

function useApi(): ApiClient {
  const client = use(ApiContext);
  if (!client) throw new Error("ApiContext has no client: wrap the page in <ApiContext value={createClient()}>");
  return client;
}

export function createQueryClient(retryDelayMs = 1_000): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.isTransient,
        retryDelay: (attempt) => retryDelayMs * 2 ** attempt,
        networkMode: "always", // the server is usually on this machine: "offline" says nothing about it
        staleTime: PIPELINES_MS,
      },
    },
  });
}

export function useTrendingRegions() {
  const api = useApi();
  return useQuery({
    queryKey: ["trending-regions"],
    queryFn: ({ signal }) => api.trendingRegions(signal),
    refetchInterval: (query) => (query.state.data?.data.regions.length === 0 ? PIPELINES_MS : CHART_MS),
  });
}

/** Asks nothing while there is no region to ask about. */
export function useTrending(question: TrendingQuestion | null) {
  const api = useApi();
  return useQuery({
    queryKey: ["trending", question],
    queryFn: question ? ({ signal }) => api.trending(question, signal) : skipToken,
    refetchInterval: CHART_MS,
    placeholderData: keepPreviousData,
  });
}

export function useTrends(question: TrendsQuestion | null) {
  const api = useApi();
  return useQuery({
    queryKey: ["trends", question],
    queryFn: question ? ({ signal }) => api.trends(question, signal) : skipToken,
    refetchInterval: CHART_MS,
    placeholderData: keepPreviousData,
  });
}

export function useVideoStats(videoId: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["video-stats", videoId],
    queryFn: ({ signal }) => api.videoStats(videoId, signal),
    refetchInterval: CHART_MS,
  });
}

export function useSources() {
  const api = useApi();
  return useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => api.sources(signal),
    refetchInterval: SOURCES_MS,
  });
}

export function usePipelines() {
  const api = useApi();
  return useQuery({
    queryKey: ["pipelines"],
    queryFn: ({ signal }) => api.pipelines(signal),
    refetchInterval: PIPELINES_MS,
  });
}

export function useGroups() {
  const api = useApi();
  return useQuery({
    queryKey: ["groups"],
    queryFn: ({ signal }) => api.groups(signal),
    refetchInterval: PIPELINES_MS,
  });
}

export function useViews() {
  const api = useApi();
  return useQuery({
    queryKey: ["views"],
    queryFn: ({ signal }) => api.views(signal),
    refetchInterval: VIEWS_MS,
  });
}

/** The newest `limit` of them. */
export function useCorrections(limit: number) {
  const api = useApi();
  return useQuery({
    queryKey: ["corrections", limit],
    queryFn: ({ signal }) => api.corrections(limit, signal),
    refetchInterval: VIEWS_MS,
  });
}
