//! Exports of YouTube Studio ("Export current view"): `Table data.csv`, `Chart data.csv` and `Totals.csv`.
//!
//! A row is an [`AnalyticsRow`] of what its first columns say: a video, a traffic source, a day. The total row of a
//! table is a row of the whole channel, never of a video. The days of a table without dates are in the name of its
//! folder or archive, or nowhere: then it is undated. Columns that no field is for are left out.

use chrono::NaiveDate;
use events::payload::Report;
use events::{AnalyticsRow, ChannelId, Topic};

use crate::Outgoing;
use crate::sources::file::{Kind, Period};
use crate::table_file::UNDATED;
use crate::table_file::cell;
use crate::table_file::header::{Header, visible};
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::moment::midnight;
use crate::table_file::sheet::{Cells, Reading, record};

mod columns;
mod day;
mod number;
mod words;

use columns::{Columns, Dimension};
use day::Order;

pub(crate) const SOURCE: &str = "/ingest/youtube-studio";

pub(crate) struct Studio {
    header: Header,
    columns: Columns,
    order: Order,
    kind: Kind,
    channel: Option<ChannelId>,
    period: Option<Period>,
}

impl Studio {
    /// Rows above the first, and what the header says; `None` for a file of another kind.
    pub(crate) fn recognise(head: &Head, channel: Option<&ChannelId>, period: Option<Period>) -> Option<(usize, Self)> {
        let names = head.rows.first()?;
        let header = Header::new(names);
        let columns = Columns::new(&header)?;
        let days = columns.date.into_iter().flat_map(|place| {
            let days = head.rows.iter().skip(1).filter_map(move |row| row.get(place));
            days.map(String::as_str)
        });
        let studio = Self {
            order: Order::of(days),
            kind: columns.kind(header.width()),
            channel: channel.cloned(),
            period,
            columns,
            header,
        };
        Some((1, studio))
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Taken for another of the three, since its user says so.
    pub(crate) fn called(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The row without its metrics.
    fn subject(&self, cells: &Cells<'_>) -> Result<AnalyticsRow, Misread> {
        let first = self.columns.first();
        if cells.text(first).is_some_and(words::is_total) {
            return Ok(AnalyticsRow::of(Report::Basic));
        }
        let mut row = AnalyticsRow::of(self.columns.report());
        for (place, dimension) in &self.columns.dimensions {
            let text = cells.text(Some(*place)).map(visible);
            let name = self.header.name(*place).unwrap_or_default();
            match dimension {
                Dimension::Video => {
                    let id = |text: &str| cell::video_id(text.trim_start_matches('\''));
                    row.video_id = Some(cells.required(Some(*place), id)?);
                }
                _ if Some(*place) == first && text.is_none() => return Err(Misread::missing(first)),
                dimension => dimension.set(&mut row, name, text),
            }
        }
        row.video_title = cells.text(self.columns.title).map(str::to_owned);
        row.video_published_on = cells
            .text(self.columns.published)
            .and_then(|text| day::read(text, self.order));
        row.video_duration_seconds = cells.optional(self.columns.duration, number::whole_seconds)?;
        Ok(row)
    }

    fn dated(&self, cells: &Cells<'_>, row: &mut AnalyticsRow) -> Result<LastDay, Misread> {
        if let Some(place) = self.columns.date {
            // the total row of a table by day is of all its days
            match cells.text(Some(place)) {
                Some(text) if words::is_total(text) => {}
                _ => {
                    let day = cells.required(Some(place), |text| day::required(text, self.order))?;
                    row.day = Some(day);
                    return Ok(Some(day));
                }
            }
        }
        let Some(period) = self.period else {
            return Ok(None);
        };
        row.day = Some(period.from);
        row.last_day = (period.to != period.from).then_some(period.to);
        Ok(Some(period.to))
    }
}

/// The last day of a row.
type LastDay = Option<NaiveDate>;

impl Reading for Studio {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::Analytics;

    fn header(&self) -> &Header {
        &self.header
    }

    fn begins_row(&self, first: &str) -> bool {
        match self.columns.video() {
            Some(0) => cell::video_id(first).is_ok(),
            _ => self.columns.date == Some(0) && day::read(first, self.order).is_some(),
        }
    }

    /// `Showing top 500 results` below a table that was cut.
    fn passes_over(&mut self, texts: &[&str]) -> bool {
        let first = texts[0].trim();
        let alone = texts[1..].iter().all(|text| text.trim().is_empty());
        let no_video = self.columns.video() == Some(0) && first.contains(' ') && cell::video_id(first).is_err();
        alone && (words::is_trailer(first) || no_video)
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let mut row = self.subject(cells)?;
        row.channel_id = self.channel.clone();
        let last = self.dated(cells, &mut row)?;
        for (place, metric) in &self.columns.metrics {
            metric.read(cells, *place, &mut row)?;
        }
        if has_money(&row) {
            row.currency = self.columns.currency.clone();
        }
        let time = last.map_or(UNDATED, midnight);
        let place = |field: &str| self.columns.place_of_field(field);
        Ok(vec![record(SOURCE, time, row, place)?])
    }
}

fn has_money(row: &AnalyticsRow) -> bool {
    let amounts = [
        row.estimated_revenue_micros,
        row.ad_revenue_micros,
        row.cpm_micros,
        row.playback_based_cpm_micros,
    ];
    amounts.iter().any(Option::is_some)
}

#[cfg(test)]
mod tests {
    use super::columns::Metric;
    use super::*;

    #[test]
    fn metrics_have_places() {
        let names = ["Date", "Views"].map(str::to_owned);
        let columns = Columns::new(&Header::new(&names)).expect("an export");
        assert_eq!(columns.metrics, [(1, Metric::Views)]);
        assert_eq!(columns.date, Some(0));
    }
}
