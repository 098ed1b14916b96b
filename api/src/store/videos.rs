//! One video over time, from `views.videos`, `views.video_days` and `views.trending_ranks`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Error;

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Video {
    video_id: String,
    title: Option<String>,
    channel_id: Option<String>,
    channel_title: Option<String>,
    category_id: Option<i32>,
    category: Option<String>,
    published_at: Option<DateTime<Utc>>,
    first_day: NaiveDate,
    last_day: NaiveDate,
    observed_days: i64,
    views: Option<i64>,
    likes: Option<i64>,
    dislikes: Option<i64>,
    comments: Option<i64>,
    gain_views_1d: Option<i64>,
    gain_views_7d: Option<i64>,
    gain_views_28d: Option<i64>,
    pub(crate) as_of: DateTime<Utc>,
}

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct VideoDay {
    day: NaiveDate,
    views: Option<i64>,
    likes: Option<i64>,
    dislikes: Option<i64>,
    comments: Option<i64>,
    gain_views: Option<i64>,
    #[serde(skip)]
    pub(crate) as_of: DateTime<Utc>,
}

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Rank {
    region: String,
    day: NaiveDate,
    rank: Option<i32>,
    #[serde(skip)]
    pub(crate) as_of: DateTime<Utc>,
}

/// The video's latest state and gains; `None` where it has never been observed.
pub(crate) async fn find(db: &mut PgConnection, video_id: &str) -> Result<Option<Video>, Error> {
    let video = sqlx::query_as(include_str!("videos_find.sql"));
    Ok(video.bind(video_id).fetch_optional(db).await?)
}

/// Its counters on every observed day, oldest first.
pub(crate) async fn days(db: &mut PgConnection, video_id: &str) -> Result<Vec<VideoDay>, Error> {
    let days = sqlx::query_as(
        "SELECT day, views, likes, dislikes, comments, gain_views, as_of
         FROM views.video_days WHERE video_id = $1 ORDER BY day",
    );
    Ok(days.bind(video_id).fetch_all(db).await?)
}

/// Its places on every chart, by region, oldest first.
pub(crate) async fn ranks(db: &mut PgConnection, video_id: &str) -> Result<Vec<Rank>, Error> {
    // the entries have the index by video
    let ranks = sqlx::query_as(
        "SELECT region, day, r.rank, r.as_of
         FROM views.trending_entries e JOIN views.trending_ranks r USING (region, day, video_id)
         WHERE e.video_id = $1 ORDER BY region, day",
    );
    Ok(ranks.bind(video_id).fetch_all(db).await?)
}
