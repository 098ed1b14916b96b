//! The table catalogue: names, columns, partitioning. One bronze table per topic.
//!
//! A bronze table has the topic's payload as columns of the same names, and the provenance columns: `_topic`,
//! `_partition`, `_offset`, `_event_id`, `_event_time`, `_source`, `_ingested_at`, `_verdict`, `_reason`, `_raw`, `_subject`,
//! `_source_class` (null in rows that were written before it was there: `_source` tells), `_watermark` (the newest event time
//! that the partition had told before the row; null where it had told none).

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use events::Topic;

/// A column's name and Arrow type.
pub type Column = (&'static str, DataType);

/// A table of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(Topic);

/// What the platform made of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Rejected,
}

impl Verdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Rejected => "rejected",
        }
    }
}

impl Table {
    pub const ALL: [Table; 9] = [
        Table(Topic::VideoSnapshots),
        Table(Topic::ChannelSnapshots),
        Table(Topic::Categories),
        Table(Topic::TrendSignals),
        Table(Topic::RevenueRecords),
        Table(Topic::ExchangeRates),
        Table(Topic::Analytics),
        Table(Topic::Comments),
        Table(Topic::Alerts),
    ];

    /// The date column every bronze table is partitioned by; null where a row has no event time.
    pub const PARTITION: &'static str = "observed_on";

    pub const fn of(topic: Topic) -> Self {
        Self(topic)
    }

    pub const fn topic(self) -> Topic {
        self.0
    }

    /// Schema in SQL, and folder in the lake.
    pub const fn layer(self) -> &'static str {
        "bronze"
    }

    /// Name without the layer, such as `youtube_video_snapshots`.
    pub fn name(self) -> String {
        self.0.table_stem()
    }

    pub fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The payload's columns, named like the fields of the topic's payload type.
    pub fn payload_columns(self) -> Vec<Column> {
        match self.0 {
            Topic::VideoSnapshots => video_snapshot(),
            Topic::ChannelSnapshots => channel_snapshot(),
            Topic::Categories => category(),
            Topic::TrendSignals => trend_signal(),
            Topic::RevenueRecords => revenue_record(),
            Topic::ExchangeRates => exchange_rate(),
            Topic::Analytics => analytics_row(),
            Topic::Comments => comment(),
            Topic::Alerts => alert(),
        }
    }

    /// Where a row comes from: the same columns in every table.
    pub fn provenance_columns(self) -> Vec<Column> {
        provenance().to_vec()
    }

    /// All columns, in the order of the table.
    pub fn schema(self) -> SchemaRef {
        let columns = self.payload_columns().into_iter().chain(provenance());
        let fields: Vec<Field> = columns.map(|(name, kind)| Field::new(name, kind, true)).collect();
        Arc::new(Schema::new(fields))
    }

    /// The payload's columns as a schema.
    pub fn payload_schema(self) -> SchemaRef {
        let columns = self.payload_columns().into_iter();
        let fields: Vec<Field> = columns.map(|(name, kind)| Field::new(name, kind, true)).collect();
        Arc::new(Schema::new(fields))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.layer(), self.name())
    }
}

/// Microseconds, UTC: the one time type of Delta.
fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn texts() -> DataType {
    DataType::List(Arc::new(Field::new("element", DataType::Utf8, true)))
}

/// Names to texts, with the field names that Delta gives a map's parts.
fn text_map() -> DataType {
    let entry = Fields::from(vec![
        Field::new("key", DataType::Utf8, false),
        Field::new("value", DataType::Utf8, true),
    ]);
    DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entry), false)), false)
}

fn provenance() -> [Column; 15] {
    [
        (Table::PARTITION, DataType::Date32),
        ("observed_at", time()),
        ("_topic", DataType::Utf8),
        ("_partition", DataType::Int32),
        ("_offset", DataType::Int64),
        ("_event_id", DataType::Utf8),
        ("_event_type", DataType::Utf8),
        ("_source", DataType::Utf8),
        ("_ingested_at", time()),
        ("_verdict", DataType::Utf8),
        ("_reason", DataType::Utf8),
        ("_raw", DataType::Binary),
        ("_subject", DataType::Utf8),
        ("_source_class", DataType::Utf8),
        ("_watermark", time()),
    ]
}

fn video_snapshot() -> Vec<Column> {
    vec![
        ("video_id", DataType::Utf8),
        ("title", DataType::Utf8),
        ("channel_id", DataType::Utf8),
        ("channel_title", DataType::Utf8),
        ("category_id", DataType::Int32),
        ("region", DataType::Utf8),
        ("published_at", time()),
        ("tags", texts()),
        ("views", DataType::Int64),
        ("likes", DataType::Int64),
        ("dislikes", DataType::Int64),
        ("comments", DataType::Int64),
        ("trending_rank", DataType::Int32),
        ("thumbnail_url", DataType::Utf8),
        ("comments_disabled", DataType::Boolean),
        ("ratings_disabled", DataType::Boolean),
        ("removed", DataType::Boolean),
        ("description", DataType::Utf8),
        ("duration_seconds", DataType::Int64),
        ("live", DataType::Utf8),
        ("privacy", DataType::Utf8),
        ("availability", DataType::Utf8),
        ("default_language", DataType::Utf8),
        ("topic_categories", texts()),
        ("engaged_views", DataType::Int64),
    ]
}

fn channel_snapshot() -> Vec<Column> {
    vec![
        ("channel_id", DataType::Utf8),
        ("title", DataType::Utf8),
        ("country", DataType::Utf8),
        ("published_at", time()),
        ("subscribers", DataType::Int64),
        ("views", DataType::Int64),
        ("videos", DataType::Int64),
        ("handle", DataType::Utf8),
        ("uploads_playlist_id", DataType::Utf8),
        ("subscribers_hidden", DataType::Boolean),
        ("description", DataType::Utf8),
        ("keywords", DataType::Utf8),
    ]
}

fn category() -> Vec<Column> {
    vec![
        ("region", DataType::Utf8),
        ("category_id", DataType::Int32),
        ("title", DataType::Utf8),
        ("assignable", DataType::Boolean),
    ]
}

fn trend_signal() -> Vec<Column> {
    vec![
        ("keyword", DataType::Utf8),
        ("source", DataType::Utf8),
        ("region", DataType::Utf8),
        ("window_seconds", DataType::Int64),
        ("value", DataType::Float64),
        ("scale", DataType::Utf8),
        ("partial", DataType::Boolean),
        ("below_one", DataType::Boolean),
        ("related_to", DataType::Utf8),
        ("relation", DataType::Utf8),
        ("area", DataType::Utf8),
    ]
}

fn revenue_record() -> Vec<Column> {
    vec![
        ("channel_id", DataType::Utf8),
        ("video_id", DataType::Utf8),
        ("source", DataType::Utf8),
        ("reference_id", DataType::Utf8),
        ("amount_minor", DataType::Int64),
        ("currency", DataType::Utf8),
        ("day", DataType::Date32),
        ("status", DataType::Utf8),
        ("kind", DataType::Utf8),
        ("usd_minor", DataType::Int64),
        ("usd_rate", DataType::Float64),
        ("usd_rate_on", DataType::Date32),
        ("payer", DataType::Utf8),
    ]
}

fn exchange_rate() -> Vec<Column> {
    vec![
        ("publisher", DataType::Utf8),
        ("base", DataType::Utf8),
        ("currency", DataType::Utf8),
        ("rate", DataType::Float64),
        ("day", DataType::Date32),
    ]
}

fn analytics_row() -> Vec<Column> {
    let text = |name| (name, DataType::Utf8);
    let count = |name| (name, DataType::Int64);
    let measure = |name| (name, DataType::Float64);
    vec![
        text("report"),
        text("channel_id"),
        text("video_id"),
        ("day", DataType::Date32),
        ("last_day", DataType::Date32),
        text("video_title"),
        ("video_published_on", DataType::Date32),
        count("video_duration_seconds"),
        text("country"),
        text("traffic_source"),
        text("traffic_detail"),
        text("device"),
        text("operating_system"),
        text("playback_location"),
        text("age_group"),
        text("gender"),
        text("subscribed_status"),
        text("content_type"),
        text("other_dimension"),
        count("views"),
        count("engaged_views"),
        count("likes"),
        count("dislikes"),
        count("comments"),
        count("shares"),
        measure("watch_time_minutes"),
        measure("average_view_duration_seconds"),
        measure("average_view_percentage"),
        count("subscribers_gained"),
        count("subscribers_lost"),
        count("subscribers"),
        count("impressions"),
        measure("click_through_rate"),
        measure("viewer_percentage"),
        count("unique_viewers"),
        count("estimated_revenue_micros"),
        count("ad_revenue_micros"),
        count("cpm_micros"),
        count("playback_based_cpm_micros"),
        count("monetized_playbacks"),
        count("ad_impressions"),
        text("currency"),
        ("is_final", DataType::Boolean),
    ]
}

fn comment() -> Vec<Column> {
    vec![
        ("comment_id", DataType::Utf8),
        ("video_id", DataType::Utf8),
        ("parent_id", DataType::Utf8),
        ("author_channel_id", DataType::Utf8),
        ("author_name", DataType::Utf8),
        ("text", DataType::Utf8),
        ("likes", DataType::Int64),
        ("replies", DataType::Int64),
        ("published_at", time()),
        ("updated_at", time()),
    ]
}

fn alert() -> Vec<Column> {
    vec![
        ("kind", DataType::Utf8),
        ("severity", DataType::Utf8),
        ("subject", DataType::Utf8),
        ("message", DataType::Utf8),
        ("details", text_map()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_table() {
        assert_eq!(Table::ALL.map(Table::topic), Topic::ALL);
    }

    #[test]
    fn no_table_names_a_column_twice() {
        for table in Table::ALL {
            let schema = table.schema();
            let mut names: Vec<_> = schema.fields().iter().map(|field| field.name()).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), schema.fields().len(), "{table}");
        }
    }
}
