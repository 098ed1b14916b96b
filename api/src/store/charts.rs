//! Regions' charts, from `views.trending_ranks` and `views.trending_entries`.

use chrono::{DateTime, NaiveDate, Utc};
use events::Region;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};

use super::Error;

/// How far back an entry's rank history goes.
const HISTORY_DAYS: i32 = 90;

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct RegionRow {
    region: String,
    latest_day: NaiveDate,
    entries: i64,
    pub(crate) as_of: DateTime<Utc>,
    #[sqlx(json)]
    categories: Vec<CategoryEntries>,
}

/// `category_id` 0 holds the entries whose category is unknown.
#[derive(Debug, Serialize, Deserialize)]
struct CategoryEntries {
    category_id: i32,
    category: Option<String>,
    entries: i64,
}

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Entry {
    rank: Option<i32>,
    previous_rank: Option<i32>,
    rank_change: Option<i32>,
    best_rank: Option<i32>,
    days_on_chart: i64,
    video_id: String,
    title: Option<String>,
    channel_id: Option<String>,
    channel_title: Option<String>,
    category_id: Option<i32>,
    category: Option<String>,
    published_at: Option<DateTime<Utc>>,
    views: Option<i64>,
    likes: Option<i64>,
    dislikes: Option<i64>,
    comments: Option<i64>,
    gain_views: Option<i64>,
    pub(crate) as_of: DateTime<Utc>,
    #[sqlx(json)]
    rank_history: Vec<RankOnDay>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RankOnDay {
    day: NaiveDate,
    rank: Option<i32>,
}

/// Every region with its latest chart, by name.
pub(crate) async fn regions(db: &mut PgConnection) -> Result<Vec<RegionRow>, Error> {
    Ok(sqlx::query_as(include_str!("charts_regions.sql")).fetch_all(db).await?)
}

/// The names of all regions that have a chart.
pub(crate) async fn known_regions(db: &mut PgConnection) -> Result<Vec<String>, Error> {
    let regions = sqlx::query_scalar(include_str!("charts_known_regions.sql"));
    Ok(regions.fetch_all(db).await?)
}

/// The region asked for; without one, that with the newest chart, the first by name among several. Empty where nothing
/// has been observed.
pub(crate) async fn region_or_newest(db: &mut PgConnection, wanted: Option<Region>) -> Result<String, Error> {
    if let Some(region) = wanted {
        return Ok(region.to_string());
    }
    let mut newest: Option<(NaiveDate, String)> = None;
    for region in known_regions(db).await? {
        let Some(day) = latest_day(db, &region).await? else {
            continue;
        };
        if newest.as_ref().is_none_or(|(newest, _)| day > *newest) {
            newest = Some((day, region));
        }
    }
    Ok(newest.map(|(_, region)| region).unwrap_or_default())
}

/// The newest day of a region's chart; `None` where there is no such region.
pub(crate) async fn latest_day(db: &mut PgConnection, region: &str) -> Result<Option<NaiveDate>, Error> {
    let day = sqlx::query_scalar("SELECT max(day) FROM views.trending_ranks WHERE region = $1");
    Ok(day.bind(region).fetch_one(db).await?)
}

/// A day's chart from rank 1, entries without a rank last.
pub(crate) async fn entries(
    db: &mut PgConnection,
    region: &str,
    day: NaiveDate,
    category_id: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let entries = sqlx::query_as(include_str!("charts_entries.sql"))
        .bind(region)
        .bind(day)
        .bind(category_id)
        .bind(limit)
        .bind(HISTORY_DAYS);
    Ok(entries.fetch_all(db).await?)
}
