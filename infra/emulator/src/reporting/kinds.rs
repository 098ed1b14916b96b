//! Report types, with their columns as the reference of channel reports lists them.

/// One type of bulk report.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) dimensions: &'static [&'static str],
    pub(super) metrics: &'static [&'static str],
}

const VIEWS: &[&str] = &[
    "engaged_views",
    "views",
    "watch_time_minutes",
    "average_view_duration_seconds",
    "average_view_duration_percentage",
    "red_views",
    "red_watch_time_minutes",
];
const REACH: &[&str] = &["video_thumbnail_impressions", "video_thumbnail_impressions_ctr"];

pub(super) static KINDS: [Kind; 8] = [
    Kind {
        id: "channel_basic_a3",
        name: "User activity",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "live_or_on_demand",
            "subscribed_status",
            "country_code",
        ],
        metrics: &[
            "engaged_views",
            "views",
            "comments",
            "likes",
            "dislikes",
            "videos_added_to_playlists",
            "videos_removed_from_playlists",
            "shares",
            "watch_time_minutes",
            "average_view_duration_seconds",
            "average_view_duration_percentage",
            "annotation_click_through_rate",
            "annotation_close_rate",
            "annotation_impressions",
            "annotation_clickable_impressions",
            "annotation_closable_impressions",
            "annotation_clicks",
            "annotation_closes",
            "card_click_rate",
            "card_teaser_click_rate",
            "card_impressions",
            "card_teaser_impressions",
            "card_clicks",
            "card_teaser_clicks",
            "subscribers_gained",
            "subscribers_lost",
            "red_views",
            "red_watch_time_minutes",
        ],
    },
    Kind {
        id: "channel_combined_a3",
        name: "Combined",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "live_or_on_demand",
            "subscribed_status",
            "country_code",
            "playback_location_type",
            "traffic_source_type",
            "device_type",
            "operating_system",
        ],
        metrics: VIEWS,
    },
    Kind {
        id: "channel_device_os_a3",
        name: "Device and OS",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "live_or_on_demand",
            "subscribed_status",
            "country_code",
            "device_type",
            "operating_system",
        ],
        metrics: VIEWS,
    },
    Kind {
        id: "channel_traffic_source_a3",
        name: "Traffic sources",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "live_or_on_demand",
            "subscribed_status",
            "country_code",
            "traffic_source_type",
            "traffic_source_detail",
        ],
        metrics: VIEWS,
    },
    Kind {
        id: "channel_playback_location_a3",
        name: "Playback locations",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "live_or_on_demand",
            "subscribed_status",
            "country_code",
            "playback_location_type",
            "playback_location_detail",
        ],
        metrics: VIEWS,
    },
    Kind {
        id: "channel_demographics_a1",
        name: "Demographics",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "live_or_on_demand",
            "subscribed_status",
            "country_code",
            "age_group",
            "gender",
        ],
        metrics: &["views_percentage"],
    },
    Kind {
        id: "channel_reach_basic_a1",
        name: "Reach basic",
        dimensions: &["date", "channel_id", "video_id"],
        metrics: REACH,
    },
    Kind {
        id: "channel_reach_combined_a1",
        name: "Reach combined",
        dimensions: &[
            "date",
            "channel_id",
            "video_id",
            "traffic_source_type",
            "traffic_source_detail",
            "operating_system",
            "device_type",
        ],
        metrics: REACH,
    },
];

impl Kind {
    pub(super) fn named(id: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.id == id)
    }
}
