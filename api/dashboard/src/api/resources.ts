// What the API answers, one decoder per resource; the types are derived from the decoders, so they can't disagree.
// Field names are the API's. Counters are null where no source has told them.
import { type Decoded, list, nullable, number, object, record, scalar, text } from "./decode";

const count = nullable(number);
const maybe = nullable(text);

export const trendingRegions = object({
  regions: list(
    object({
      region: text,
      latest_day: text,
      entries: number,
      as_of: text,
      categories: list(object({ category_id: count, category: maybe, entries: number })),
    }),
  ),
});

export const trending = object({
  region: text,
  day: text,
  entries: list(
    object({
      rank: count,
      previous_rank: count,
      rank_change: count,
      best_rank: count,
      days_on_chart: number,
      video_id: text,
      title: maybe,
      channel_id: maybe,
      channel_title: maybe,
      category_id: count,
      category: maybe,
      published_at: maybe,
      views: count,
      likes: count,
      dislikes: count,
      comments: count,
      gain_views: count,
      as_of: text,
      rank_history: list(object({ day: text, rank: count })),
    }),
  ),
});

export const trends = object({
  region: text,
  from: maybe,
  to: maybe,
  categories: list(
    object({
      category_id: number,
      category: maybe,
      videos: number,
      channels: number,
      views: count,
      likes: count,
      view_share: nullable(number),
      view_share_change: nullable(number),
      best_rank: count,
      days: list(object({ day: text, videos: number, views: count, view_share: nullable(number) })),
    }),
  ),
});

export const videoStats = object({
  video: object({
    video_id: text,
    title: maybe,
    channel_id: maybe,
    channel_title: maybe,
    category_id: count,
    category: maybe,
    published_at: maybe,
    first_day: text,
    last_day: text,
    observed_days: number,
    views: count,
    likes: count,
    dislikes: count,
    comments: count,
    gain_views_1d: count,
    gain_views_7d: count,
    gain_views_28d: count,
    as_of: text,
  }),
  days: list(
    object({ day: text, views: count, likes: count, dislikes: count, comments: count, gain_views: count }),
  ),
  ranks: list(object({ region: text, day: text, rank: count })),
});

export const pipelines = object({
  pipelines: list(
    object({
      sink: text,
      topic: text,
      partition: number,
      position: number,
      end: number,
      behind: number,
      behind_seconds: nullable(number),
      in_per_second: nullable(number),
      out_per_second: nullable(number),
      queryable_ms: nullable(number),
      event_time: maybe,
      committed_at: maybe,
      trouble: maybe,
      trouble_since: maybe,
      updated_at: text,
    }),
  ),
});

export const groups = object({
  groups: list(
    object({
      group: text,
      topic: text,
      partition: number,
      position: number,
      end: number,
      behind: number,
      behind_seconds: nullable(number),
      in_per_second: nullable(number),
      out_per_second: nullable(number),
      caught_up_in_seconds: nullable(number),
      updated_at: text,
    }),
  ),
});

export const views = object({
  views: list(
    object({
      name: text,
      sink: text,
      as_of: maybe,
      complete_through: maybe,
      behind: number,
      positions: record(number),
      made_from: list(text),
      corrections_24h: number,
      refused: number,
      late: number,
    }),
  ),
});

export const corrections = object({
  corrections: list(
    object({
      corrected_at: text,
      view: text,
      key: record(scalar),
      old: nullable(record(scalar)),
      new: nullable(record(scalar)),
      watermark: text,
      event_id: text,
    }),
  ),
});

export const sources = object({
  connections: list(
    object({ channel_id: text, title: text, state: text, connected_at: text, refreshed_at: maybe, error: maybe }),
  ),
  targets: list(
    object({ source: text, target: text, state: text, last_success: maybe, next_run: maybe, error: maybe }),
  ),
  quota: list(object({ project: text, bucket: text, limit: number, used: number })),
});

export type Region = Decoded<typeof trendingRegions>["regions"][number];
export type Chart = Decoded<typeof trending>;
export type ChartEntry = Chart["entries"][number];
export type Trends = Decoded<typeof trends>;
export type CategoryTrend = Trends["categories"][number];
export type VideoStats = Decoded<typeof videoStats>;
export type Video = VideoStats["video"];
export type VideoDay = VideoStats["days"][number];
export type VideoRank = VideoStats["ranks"][number];
export type Sources = Decoded<typeof sources>;
export type Connection = Sources["connections"][number];
export type PolledTarget = Sources["targets"][number];
export type Quota = Sources["quota"][number];
export type Pipeline = Decoded<typeof pipelines>["pipelines"][number];
export type GroupLag = Decoded<typeof groups>["groups"][number];
export type View = Decoded<typeof views>["views"][number];
export type Correction = Decoded<typeof corrections>["corrections"][number];

export interface TrendingQuestion {
  region: string;
  category_id: number | null;
  day: string | null;
  limit: number;
}

export interface TrendsQuestion {
  region: string;
  days: number;
}
