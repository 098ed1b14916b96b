//! Categories of a region's chart over time, from `views.category_days`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};

use super::Error;

/// The days with data in the range that was asked for.
#[derive(Debug, Clone, Copy, FromRow)]
pub(crate) struct Span {
    pub(crate) first: NaiveDate,
    pub(crate) latest: NaiveDate,
    pub(crate) as_of: DateTime<Utc>,
}

/// Numbers of the latest day. Shares are parts of 1, rounded to six digits.
#[derive(Debug, Serialize, FromRow)]
pub(crate) struct CategoryTrend {
    category_id: i32,
    category: Option<String>,
    videos: i64,
    channels: i64,
    views: Option<i64>,
    likes: Option<i64>,
    view_share: Option<f64>,
    view_share_change: Option<f64>,
    best_rank: Option<i32>,
    #[sqlx(json)]
    days: Vec<CategoryDay>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CategoryDay {
    day: NaiveDate,
    videos: i64,
    views: Option<i64>,
    view_share: Option<f64>,
}

/// The region's last `days` days up to its latest one; `None` where there is no such region.
pub(crate) async fn span(db: &mut PgConnection, region: &str, days: i64) -> Result<Option<Span>, Error> {
    let span = sqlx::query_as(include_str!("rollups_span.sql"));
    Ok(span.bind(region).bind(days).fetch_optional(db).await?)
}

/// The categories on the chart of the span's latest day, the most viewed first.
pub(crate) async fn categories(
    db: &mut PgConnection,
    region: &str,
    span: Span,
    limit: i64,
) -> Result<Vec<CategoryTrend>, Error> {
    let categories = sqlx::query_as(include_str!("rollups_categories.sql"))
        .bind(region)
        .bind(span.first)
        .bind(span.latest)
        .bind(limit);
    Ok(categories.fetch_all(db).await?)
}
