//! From a CSV row to a video snapshot, or to the fault that prevents it.

use chrono::{DateTime, NaiveDate, Utc};
use events::{Event, Region, VideoSnapshot};

use super::columns::{Column, Columns};
use super::rank::Ranks;
use super::{SOURCE, date, description, tags};
use crate::table_file::cell::{self, Damage};
use crate::table_file::misread::{Misread, check_shape, fitting};
use crate::table_file::moment;
use crate::table_file::rows::{Row, RowStart, Shape};
use crate::{FaultKind, Outgoing};

/// Reads the rows of one file.
pub(super) struct RowParser {
    columns: Columns,
    region: Region,
    /// Year of dates that have none.
    year: Option<i32>,
    ranks: Ranks,
}

impl RowParser {
    /// Dates without a year are those of `year`; only the exports that call the column `date` have them.
    pub(super) fn new(columns: Columns, region: Region, year: i32) -> Self {
        let called = columns.place(Column::ObservedOn).and_then(|place| columns.name(place));
        let year = called.filter(|name| name.eq_ignore_ascii_case("date")).map(|_| year);
        let ranks = Ranks::new();
        Self {
            columns,
            region,
            year,
            ranks,
        }
    }

    /// The row as the record that goes out: an event, or a rejected row, which has its place on the chart all the same.
    pub(super) fn outgoing(&mut self, row: &Row<'_>) -> Outgoing {
        self.event(row).unwrap_or_else(|misread| {
            self.ranks.skip(self.day(row));
            let column = misread.place.and_then(|place| self.columns.name(place));
            let fault = misread.fault(row.line, column);
            Outgoing::rejected(SOURCE, events::Topic::VideoSnapshots, fault, row.raw.to_owned())
        })
    }

    /// The day of a row that is otherwise unreadable.
    fn day(&self, row: &Row<'_>) -> Option<NaiveDate> {
        if row.shape != Shape::Whole || row.ends.len() != self.columns.width() {
            return None;
        }
        let texts = row.texts().ok()?;
        let text = texts.get(self.columns.place(Column::ObservedOn)?)?;
        let time = date::observed(text.trim(), self.year).ok()?;
        Some(time.date_naive())
    }

    fn event(&mut self, row: &Row<'_>) -> Result<Outgoing, Misread> {
        check_shape(row, self.columns.width(), self.columns.ends_in_text())?;
        let cells = Cells {
            columns: &self.columns,
            texts: row.texts().map_err(|error| Misread::not_utf8(&error))?,
        };
        let (time, snapshot) = cells.snapshot(&self.region, self.year)?;
        let mut event = Event::new(SOURCE, time, snapshot).map_err(|invalid| refused(&self.columns, &invalid))?;
        // the rank is no part of the id, so it may be added when the row is known to be good
        event.payload.trending_rank = self.ranks.place(time.date_naive(), &event.payload.video_id);
        fitting(event.into())
    }
}

/// A row begins with a video's id and a day where they belong.
impl RowStart for RowParser {
    fn width(&self) -> usize {
        self.columns.width()
    }

    fn begins_row(&self, fields: &[&[u8]]) -> bool {
        let text = |column| {
            let field = fields.get(self.columns.place(column)?)?;
            std::str::from_utf8(field).ok().map(str::trim)
        };
        // where the day comes after the open field, the id has to do
        let day = self
            .columns
            .place(Column::ObservedOn)
            .is_some_and(|place| place < fields.len());
        text(Column::VideoId).is_some_and(|text| cell::video_id(text).is_ok())
            && (!day || text(Column::ObservedOn).is_some_and(|text| date::observed(text, self.year).is_ok()))
    }
}

/// The cells of one row, as text.
struct Cells<'a> {
    columns: &'a Columns,
    texts: Vec<&'a str>,
}

impl<'a> Cells<'a> {
    fn snapshot(&self, region: &Region, year: Option<i32>) -> Result<(DateTime<Utc>, VideoSnapshot), Misread> {
        let video_id = self.required(Column::VideoId, cell::video_id)?;
        let time = self.required(Column::ObservedOn, |text| date::observed(text, year))?;
        let snapshot = VideoSnapshot {
            title: self.text(Column::Title).map(str::to_owned),
            channel_id: self.optional(Column::ChannelId, cell::channel_id)?,
            channel_title: self.text(Column::ChannelTitle).map(str::to_owned),
            category_id: self.optional(Column::CategoryId, cell::category_id)?,
            region: Some(region.clone()),
            published_at: self.optional(Column::PublishedAt, moment::published)?,
            tags: self.cell(Column::Tags).map(tags::tags),
            views: self.optional(Column::Views, cell::count)?,
            likes: self.optional(Column::Likes, cell::count)?,
            dislikes: self.optional(Column::Dislikes, cell::count)?,
            comments: self.optional(Column::Comments, cell::count)?,
            thumbnail_url: self.text(Column::Thumbnail).map(str::to_owned),
            comments_disabled: self.optional(Column::CommentsDisabled, cell::boolean)?,
            ratings_disabled: self.optional(Column::RatingsDisabled, cell::boolean)?,
            removed: self.optional(Column::Removed, cell::boolean)?,
            description: self
                .text(Column::Description)
                .map(|text| description::description(text).into_owned()),
            ..VideoSnapshot::of(video_id)
        };
        Ok((time, snapshot))
    }

    /// The trimmed cell; `None` where the file has no such column.
    fn cell(&self, column: Column) -> Option<&'a str> {
        let place = self.columns.place(column)?;
        self.texts.get(place).map(|text| text.trim())
    }

    /// The cell; `None` also where it is empty.
    fn text(&self, column: Column) -> Option<&'a str> {
        self.cell(column).filter(|text| !text.is_empty())
    }

    fn optional<T>(&self, column: Column, read: impl Fn(&str) -> Result<T, Damage>) -> Result<Option<T>, Misread> {
        let misread = |damage| Misread {
            place: self.columns.place(column),
            damage,
        };
        self.text(column).map(read).transpose().map_err(misread)
    }

    fn required<T>(&self, column: Column, read: impl Fn(&str) -> Result<T, Damage>) -> Result<T, Misread> {
        self.optional(column, read)?.ok_or_else(|| Misread {
            place: self.columns.place(column),
            damage: Damage {
                kind: FaultKind::Missing,
                detail: "is empty".to_owned(),
            },
        })
    }
}

fn refused(columns: &Columns, invalid: &events::Invalid) -> Misread {
    let damage = Damage {
        kind: FaultKind::Refused,
        detail: invalid.reason.clone(),
    };
    let place = columns.place_of_field(invalid.field);
    Misread { place, damage }
}
