//! Columns of bulk reports. Source: YouTube Reporting API, "Dimensions" and "Metrics".

use events::{AnalyticsRow, ChannelId, VideoId};

use super::parse::Cell;
use crate::pull::BadItem;

/// Columns that have no field: engagement with annotations, cards and playlists, and what members of YouTube Premium
/// watched, which is part of the other figures.
const NOT_KEPT: &[&str] = &[
    "red_views",
    "red_watch_time_minutes",
    "videos_added_to_playlists",
    "videos_removed_from_playlists",
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
];

/// Puts a cell where it belongs. An empty one is what nobody knows.
///
/// # Errors
/// It does not fit its column, or nobody knows the column.
pub(super) fn set(row: &mut AnalyticsRow, column: &str, cell: Cell<'_>) -> Result<(), BadItem> {
    match column {
        "date" => row.day = cell.day()?,
        "channel_id" => row.channel_id = cell.text().map(ChannelId::new).transpose()?,
        "video_id" => row.video_id = cell.text().map(VideoId::new).transpose()?,
        "country_code" => row.country = cell.owned(),
        "subscribed_status" => row.subscribed_status = cell.owned(),
        "traffic_source_type" => row.traffic_source = cell.text().map(|code| named(TRAFFIC_SOURCES, code)),
        "traffic_source_detail" => row.traffic_detail = cell.owned(),
        "device_type" => row.device = cell.text().map(|code| named(DEVICES, code)),
        "operating_system" => row.operating_system = cell.owned(),
        "playback_location_type" => row.playback_location = cell.owned(),
        "age_group" => row.age_group = cell.owned(),
        "gender" => row.gender = cell.owned(),
        "live_or_on_demand" | "playback_location_detail" => add_other(row, column, cell),
        _ => return set_metric(row, column, cell),
    }
    Ok(())
}

fn set_metric(row: &mut AnalyticsRow, column: &str, cell: Cell<'_>) -> Result<(), BadItem> {
    match column {
        "views" => row.views = cell.count()?,
        "engaged_views" => row.engaged_views = cell.count()?,
        "likes" => row.likes = cell.count()?,
        "dislikes" => row.dislikes = cell.count()?,
        "comments" => row.comments = cell.count()?,
        "shares" => row.shares = cell.count()?,
        "subscribers_gained" => row.subscribers_gained = cell.count()?,
        "subscribers_lost" => row.subscribers_lost = cell.count()?,
        "watch_time_minutes" => row.watch_time_minutes = cell.number()?,
        "average_view_duration_seconds" => row.average_view_duration_seconds = cell.number()?,
        "average_view_duration_percentage" => row.average_view_percentage = cell.number()?,
        "views_percentage" => row.viewer_percentage = cell.number()?,
        "video_thumbnail_impressions" => row.impressions = cell.count()?,
        "video_thumbnail_impressions_ctr" => row.click_through_rate = cell.number()?,
        other if NOT_KEPT.contains(&other) => {}
        other => return Err(BadItem::new(other, "is a column that nobody knows")),
    }
    Ok(())
}

/// Dimensions without a field stay with their names, so that rows which differ in nothing else stay apart.
fn add_other(row: &mut AnalyticsRow, column: &str, cell: Cell<'_>) {
    let Some(value) = cell.text() else { return };
    let named = format!("{column}: {value}");
    row.other_dimension = Some(match row.other_dimension.take() {
        Some(before) => format!("{before}; {named}"),
        None => named,
    });
}

/// Codes, and the names that the Analytics API has for the same.
const TRAFFIC_SOURCES: &[(&str, &str)] = &[
    ("0", "NO_LINK_OTHER"),
    ("1", "ADVERTISING"),
    ("3", "SUBSCRIBER"),
    ("4", "YT_CHANNEL"),
    ("5", "YT_SEARCH"),
    ("7", "RELATED_VIDEO"),
    ("8", "YT_OTHER_PAGE"),
    ("9", "EXT_URL"),
    ("11", "ANNOTATION"),
    ("14", "PLAYLIST"),
    ("17", "NOTIFICATION"),
    ("19", "CAMPAIGN_CARD"),
    ("20", "END_SCREEN"),
    ("24", "SHORTS"),
    ("25", "PRODUCT_PAGE"),
    ("26", "HASHTAGS"),
    ("27", "SOUND_PAGE"),
    ("28", "LIVE_REDIRECT"),
];
const DEVICES: &[(&str, &str)] = &[
    ("100", "UNKNOWN_PLATFORM"),
    ("101", "DESKTOP"),
    ("102", "TV"),
    ("103", "GAME_CONSOLE"),
    ("104", "MOBILE"),
    ("105", "TABLET"),
];

/// A code that nobody knows stays as it is.
fn named(names: &[(&str, &str)], code: &str) -> String {
    let known = names.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| name).to_owned()
}
