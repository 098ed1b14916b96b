//! From a CSV row to a video snapshot, or to the fault that prevents it.

use chrono::{DateTime, NaiveDate, Utc};
use events::{Event, Region, VideoSnapshot};

use super::cell::{self, Damage};
use super::columns::{Column, Columns};
use super::rank::Ranks;
use super::rows::{NotUtf8, ROW_LIMIT, Row, RowStart, Shape};
use super::{SOURCE, date, tags};
use crate::{Fault, FaultKind, Outgoing};

/// Largest event a row may become, in bytes. Brokers take records of 1 MB; JSON needs up to six bytes for one.
const EVENT_LIMIT: usize = 900_000;

/// Reads the rows of one file.
pub(super) struct RowParser {
    columns: Columns,
    region: Region,
    /// Year of dates that have none.
    year: i32,
    ranks: Ranks,
}

/// A fault whose line is not yet known.
struct Misread {
    place: Option<usize>,
    damage: Damage,
}

impl RowParser {
    pub(super) fn new(columns: Columns, region: Region, year: i32) -> Self {
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
            let fault = Fault {
                line: row.line,
                column: column.map(crate::fault::clip),
                kind: misread.damage.kind,
                detail: misread.damage.detail,
            };
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
        self.check_shape(row)?;
        let cells = Cells {
            columns: &self.columns,
            texts: row.texts().map_err(|error| not_utf8(&error))?,
        };
        let (time, snapshot) = cells.snapshot(&self.region, self.year)?;
        let mut event = Event::new(SOURCE, time, snapshot).map_err(|invalid| refused(&self.columns, &invalid))?;
        // the rank is no part of the id, so it may be added when the row is known to be good
        event.payload.trending_rank = self.ranks.place(time.date_naive(), &event.payload.video_id);
        let outgoing = Outgoing::from(event);
        match outgoing.body.len() > EVENT_LIMIT {
            true => Err(whole_row(
                FaultKind::TooLong,
                format!("the row becomes an event of more than {EVENT_LIMIT} bytes"),
            )),
            false => Ok(outgoing),
        }
    }

    fn check_shape(&self, row: &Row<'_>) -> Result<(), Misread> {
        let (width, expected) = (row.ends.len(), self.columns.width());
        match row.shape {
            Shape::TooLong { field } if field < expected => Err(Misread {
                place: Some(field),
                damage: Damage {
                    kind: FaultKind::TooLong,
                    detail: format!("the row is longer than {ROW_LIMIT} bytes; only its beginning is kept"),
                },
            }),
            Shape::TooLong { field } => Err(wrong_width(&format!("at least {field}"), expected, "")),
            Shape::Unclosed { field } => Err(Misread {
                place: Some(field.min(expected.saturating_sub(1))),
                damage: Damage {
                    kind: FaultKind::CutOff,
                    detail: "a quote is opened in this value and not closed before the next row begins".to_owned(),
                },
            }),
            _ if width != expected && row.shape == Shape::OpenQuote => Err(wrong_width(
                &width.to_string(),
                expected,
                "; the file ends inside quotes",
            )),
            _ if width != expected => Err(wrong_width(&width.to_string(), expected, "")),
            Shape::OpenQuote if !self.may_stay_cut() => Err(Misread {
                place: expected.checked_sub(1),
                damage: Damage {
                    kind: FaultKind::CutOff,
                    detail: "the file ends inside this value's quotes".to_owned(),
                },
            }),
            _ => Ok(()),
        }
    }

    /// Exports are often cut in the description that ends their last row: everything before it is whole, so the row
    /// counts. Not so when the value may be a number.
    fn may_stay_cut(&self) -> bool {
        self.columns.ends_in_text()
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
        text(Column::VideoId).is_some_and(|text| cell::video_id(text).is_ok())
            && text(Column::ObservedOn).is_some_and(|text| date::observed(text, self.year).is_ok())
    }
}

/// The cells of one row, as text.
struct Cells<'a> {
    columns: &'a Columns,
    texts: Vec<&'a str>,
}

impl<'a> Cells<'a> {
    fn snapshot(&self, region: &Region, year: i32) -> Result<(DateTime<Utc>, VideoSnapshot), Misread> {
        let video_id = self.required(Column::VideoId, cell::video_id)?;
        let time = self.required(Column::ObservedOn, |text| date::observed(text, year))?;
        let snapshot = VideoSnapshot {
            title: self.text(Column::Title).map(str::to_owned),
            channel_id: self.optional(Column::ChannelId, cell::channel_id)?,
            channel_title: self.text(Column::ChannelTitle).map(str::to_owned),
            category_id: self.optional(Column::CategoryId, cell::category_id)?,
            region: Some(region.clone()),
            published_at: self.optional(Column::PublishedAt, date::published)?,
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
                .map(|text| cell::description(text).into_owned()),
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

fn not_utf8(error: &NotUtf8) -> Misread {
    let (position, byte) = (error.valid_bytes + 1, error.byte);
    Misread {
        place: Some(error.field),
        damage: Damage {
            kind: FaultKind::NotUtf8,
            detail: format!("byte {position} of the value is 0x{byte:02x}, which is not UTF-8 (another encoding?)"),
        },
    }
}

fn wrong_width(found: &str, expected: usize, more: &str) -> Misread {
    whole_row(
        FaultKind::WrongWidth,
        format!("the row has {found} fields where the header has {expected}{more}"),
    )
}

fn whole_row(kind: FaultKind, detail: String) -> Misread {
    let damage = Damage { kind, detail };
    Misread { place: None, damage }
}

fn refused(columns: &Columns, invalid: &events::Invalid) -> Misread {
    let damage = Damage {
        kind: FaultKind::Refused,
        detail: invalid.reason.clone(),
    };
    let place = columns.place_of_field(invalid.field);
    Misread { place, damage }
}
