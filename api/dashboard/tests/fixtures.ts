// Rows as the API answers them; a test names only what it is about.
import type { CategoryTrend, ChartEntry, Correction, GroupLag, Pipeline, Region, Trends, Video, VideoStats, View } from "../src/api/resources";
import { AS_OF, NOW } from "./loopback-api";

export function entry(part: Partial<ChartEntry>): ChartEntry {
  return {
    rank: 1,
    previous_rank: null,
    rank_change: null,
    best_rank: 1,
    days_on_chart: 1,
    video_id: "aaaaaaaaaaa",
    title: "A title",
    channel_id: null,
    channel_title: "A channel",
    category_id: 10,
    category: "Music",
    published_at: "2020-08-11T19:20:14Z",
    views: 1_000,
    likes: 10,
    dislikes: 1,
    comments: 5,
    gain_views: null,
    as_of: AS_OF,
    rank_history: [{ day: "2020-08-16", rank: 1 }],
    ...part,
  };
}

export function region(part: Partial<Region>): Region {
  const categories = [
    { category_id: 10, category: "Music", entries: 2 },
    { category_id: 20, category: "Gaming", entries: 1 },
  ];
  return { region: "US", latest_day: "2020-08-16", entries: 3, as_of: AS_OF, categories, ...part };
}

export function category(part: Partial<CategoryTrend>): CategoryTrend {
  return {
    category_id: 10,
    category: "Music",
    videos: 2,
    channels: 2,
    views: 700,
    likes: 10,
    view_share: 0.7,
    view_share_change: 0.2,
    best_rank: 1,
    days: [
      { day: "2020-08-15", videos: 1, views: 500, view_share: 0.5 },
      { day: "2020-08-16", videos: 2, views: 700, view_share: 0.7 },
    ],
    ...part,
  };
}

export const GAMING = category({
  category_id: 20,
  category: "Gaming",
  videos: 1,
  view_share: 0.3,
  view_share_change: -0.2,
  days: [
    { day: "2020-08-15", videos: 1, views: 500, view_share: 0.5 },
    { day: "2020-08-16", videos: 1, views: 300, view_share: 0.3 },
  ],
});

export const TRENDS: Trends = { region: "US", from: "2020-08-15", to: "2020-08-16", categories: [category({}), GAMING] };

const VIDEO: Video = {
  video_id: "3C66w5Z0ixs",
  title: "I asked her",
  channel_id: "UCvtRTOMP2TqYqu51xNrqAzg",
  channel_title: "Brawadis",
  category_id: 22,
  category: "People & Blogs",
  published_at: "2020-08-11T19:20:14Z",
  first_day: "2020-08-12",
  last_day: "2020-08-13",
  observed_days: 2,
  views: 3_017_834,
  likes: 183_592,
  dislikes: 9_000,
  comments: null,
  gain_views_1d: 1_503_220,
  gain_views_7d: null,
  gain_views_28d: null,
  as_of: AS_OF,
};

export const VIDEO_STATS: VideoStats = {
  video: VIDEO,
  days: [
    { day: "2020-08-12", views: 1_514_614, likes: 156_908, dislikes: 5_855, comments: null, gain_views: null },
    { day: "2020-08-13", views: 3_017_834, likes: 183_592, dislikes: 9_000, comments: null, gain_views: 1_503_220 },
  ],
  ranks: [
    { region: "US", day: "2020-08-12", rank: 1 },
    { region: "US", day: "2020-08-13", rank: 3 },
    { region: "GB", day: "2020-08-13", rank: 25 },
  ],
};

export function pipeline(part: Partial<Pipeline>): Pipeline {
  return {
    sink: "views",
    topic: "youtube.video-snapshots.v1",
    partition: 0,
    position: 130,
    end: 130,
    behind: 0,
    behind_seconds: null,
    in_per_second: null,
    out_per_second: null,
    queryable_ms: null,
    event_time: AS_OF,
    committed_at: NOW,
    trouble: null,
    trouble_since: null,
    updated_at: NOW,
    ...part,
  };
}

export function groupLag(part: Partial<GroupLag>): GroupLag {
  return {
    group: "strangers",
    topic: "orders",
    partition: 0,
    position: 10,
    end: 10,
    behind: 0,
    behind_seconds: null,
    in_per_second: null,
    out_per_second: null,
    caught_up_in_seconds: null,
    updated_at: NOW,
    ...part,
  };
}

export function view(part: Partial<View>): View {
  return {
    name: "video_velocity",
    sink: "views.velocity",
    as_of: AS_OF,
    complete_through: AS_OF,
    behind: 0,
    positions: { "youtube.video-snapshots.v1/0": 904 },
    made_from: [part.name ?? "video_velocity"],
    corrections_24h: 0,
    refused: 0,
    late: 0,
    ...part,
  };
}

export function correction(part: Partial<Correction>): Correction {
  return {
    corrected_at: "2020-08-17T09:59:00Z",
    view: "video_day_tiles",
    key: { video_id: "dQw4w9WgXcQ", day: "2020-08-10" },
    old: { views: 100 },
    new: { views: 150 },
    watermark: AS_OF,
    event_id: "34c69de1-04e7-835f-9e7d-e2fa5385893c",
    ...part,
  };
}
