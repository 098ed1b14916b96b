//! Channels by size, from `views.channels`; subscribers from what the channels report about themselves.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Error;

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Channel {
    channel_ref: String,
    channel_id: Option<String>,
    channel_title: Option<String>,
    videos: i64,
    views: Option<i64>,
    gain_views_7d: Option<i64>,
    gain_views_28d: Option<i64>,
    subscribers: Option<i64>,
    pub(crate) as_of: DateTime<Utc>,
}

/// The most viewed channels, by the views of their observed videos.
pub(crate) async fn largest(db: &mut PgConnection, limit: i64) -> Result<Vec<Channel>, Error> {
    let channels = sqlx::query_as(include_str!("channels_largest.sql"));
    Ok(channels.bind(limit).fetch_all(db).await?)
}
