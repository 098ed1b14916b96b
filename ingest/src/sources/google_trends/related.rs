//! Related queries and topics (`relatedQueries.csv`): a section of the most frequent, with an index, and one of those
//! that grew most, with a percentage or the word for more than fifty-fold. Which section a row is in shows in its
//! value, as titles are in the interface's language.
//!
//! The file says neither what they are related to, nor where, nor when.

use chrono::{DateTime, Utc};
use events::payload::{Relation, Scale, TrendSource};
use events::{Region, Topic, TrendSignal};

use super::SOURCE;
use super::value::{growth, value};
use crate::Outgoing;
use crate::sources::file::Period;
use crate::table_file::header::{Header, plain};
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::sheet::{Cells, Reading, record};

/// The category, and two titles.
const MOST_TITLES: usize = 3;

/// Rows looked at.
const LOOKED_AT: usize = 12;

pub(crate) struct Related {
    header: Header,
    region: Option<Region>,
    end: DateTime<Utc>,
    window_seconds: i64,
    relation: Relation,
}

impl Related {
    /// `None` for a file of another kind.
    pub(crate) fn recognise(head: &Head, region: Option<&Region>, period: Option<Period>) -> Option<(usize, Self)> {
        let rows = &head.rows[..head.rows.len().min(LOOKED_AT)];
        let header = match rows.first().map(|row| Header::new(row)) {
            Some(header) if header.place(&["searchinterest"]) == Some(1) && header.width() == 3 => header,
            _ if has_sections(rows) => Header::new(&["query".to_owned(), "value".to_owned()]),
            _ => return None,
        };
        let related = Self {
            region: region.cloned(),
            end: Period::end(period),
            window_seconds: Period::seconds(period),
            relation: Relation::Top,
            header,
        };
        Some((usize::from(related.header.width() == 3), related))
    }
}

/// A title alone on its line, then rows of a query and a value; or both titles as English has them.
fn has_sections(rows: &[Vec<String>]) -> bool {
    let titles: Vec<String> = rows
        .iter()
        .filter(|row| row.len() == 1)
        .map(|row| plain(&row[0]))
        .collect();
    let named = titles.iter().any(|title| title == "top") && titles.iter().any(|title| title == "rising");
    let is_row = |row: &Vec<String>| row.len() == 2 && (value(&row[1]).is_ok() || growth(&row[1]).is_ok());
    let (alone, rest): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.len() == 1);
    if !rest.iter().all(|row| is_row(row)) {
        return false;
    }
    let measured = rest
        .iter()
        .filter(|row| row[1].chars().any(|c| c.is_ascii_digit()))
        .count();
    // words alone may be anybody's table; a growth in a word stands among numbers
    let formed = alone.len() <= MOST_TITLES
        && measured * 2 >= rest.len()
        && measured > 0
        && rows
            .first()
            .is_some_and(|row| row.len() == 1 && row[0].contains([':', '：']));
    named || formed
}

impl Related {
    fn signal(&self, query: &str, relation: Relation, number: f64) -> TrendSignal {
        let scale = match relation {
            Relation::Top => Scale::Index,
            Relation::Rising => Scale::Growth,
        };
        TrendSignal {
            region: self.region.clone(),
            relation: Some(relation),
            ..TrendSignal::of(query, TrendSource::GoogleTrends, self.window_seconds, number, scale)
        }
    }

    /// Two columns tell the section by the value's form, three by which of them is filled.
    fn value(&self, cells: &Cells<'_>) -> Result<(Relation, f64), Misread> {
        if let Some(growth) = cells.optional(Some(2), growth)? {
            return Ok((Relation::Rising, growth));
        }
        let text = cells.required(Some(1), |text| Ok(text.to_owned()))?;
        let top = value(&text)
            .ok()
            .filter(|value| !value.percent && self.relation == Relation::Top);
        match top {
            Some(value) => Ok((Relation::Top, value.number)),
            None => Ok((Relation::Rising, cells.required(Some(1), growth)?)),
        }
    }
}

impl Reading for Related {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::TrendSignals;

    fn header(&self) -> &Header {
        &self.header
    }

    fn begins_row(&self, _: &str) -> bool {
        false
    }

    /// A title, or the line that names the category.
    fn passes_over(&mut self, texts: &[&str]) -> bool {
        let title = plain(texts[0]);
        // a spreadsheet gives every line the same number of fields
        let padded = texts[1..].iter().all(|text| text.trim().is_empty());
        let is_title = texts.len() == 1 || (padded && (texts[0].contains(':') || ["top", "rising"].contains(&&*title)));
        if is_title && title == "rising" {
            self.relation = Relation::Rising;
        }
        is_title
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let query = cells.required(Some(0), |text| Ok(text.to_owned()))?;
        let (relation, number) = self.value(cells)?;
        let signal = record(SOURCE, self.end, self.signal(&query, relation, number), |_| Some(1))?;
        Ok(vec![signal])
    }
}
