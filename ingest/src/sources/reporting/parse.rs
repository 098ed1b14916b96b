//! A bulk report: CSV with a header, a row per combination of dimensions, empty values where YouTube does not tell.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use events::{AnalyticsRow, ChannelId, Event, Rejection, Topic};

use super::{SOURCE, column, kind::Bulk};
use crate::Outgoing;
use crate::pull::{BadItem, Trouble, quota_day};

/// A report that was made when its day had been over for 72 hours is final; see the Analytics source.
const FINAL_AFTER_DAYS: u64 = 4;

/// What a report does not say of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The channel's id, or `MINE`.
    pub channel: &'a str,
    pub kind: &'a Bulk,
    pub made: DateTime<Utc>,
}

/// One value of a row.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    column: &'a str,
    text: &'a str,
}

/// A record for every row. A report without rows has a header.
///
/// # Errors
/// It has not, or it is cut off: YouTube's trouble, asked for again.
pub fn rows(body: &[u8], about: About<'_>) -> Result<Vec<Outgoing>, Trouble> {
    let broken = |what: &str| Trouble::dependency(format!("the report is no CSV of YouTube's ({what}): cut off?"));
    let text = std::str::from_utf8(body).map_err(|_| broken("it is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(broken("its last line does not end"));
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(names) => names.iter().map(str::to_owned).collect(),
        Err(error) => return Err(broken(&error.to_string())),
    };
    if !["date", "channel_id"]
        .iter()
        .all(|name| names.iter().any(|column| column == name))
    {
        return Err(broken("it has no columns date and channel_id"));
    }
    let read = |row: csv::ByteRecord| {
        let texts: Vec<_> = row.iter().map(String::from_utf8_lossy).collect();
        let made = one(&texts, &names, about).and_then(|(day, row)| {
            let time = day.and_time(NaiveTime::MIN).and_utc();
            Ok(Event::new(SOURCE, time, row)?)
        });
        made.map_or_else(|bad| refused(about, &bad.to_string(), &names, &texts), Into::into)
    };
    let mut records = Vec::new();
    for row in reader.byte_records() {
        match row {
            Ok(row) => records.push(read(row)),
            // only reading can fail, and these bytes are in memory
            Err(error) => records.push(refused(about, &error.to_string(), &names, &[""; 0])),
        }
    }
    Ok(records)
}

fn refused<T: AsRef<str>>(about: About<'_>, why: &str, names: &[String], texts: &[T]) -> Outgoing {
    let row: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let raw = serde_json::json!({"columns": names, "row": row})
        .to_string()
        .into_bytes();
    Rejection::new(
        SOURCE,
        Topic::Analytics,
        format!("report {}, {why}", about.kind.id),
        raw,
    )
    .into()
}

fn one<T: AsRef<str>>(texts: &[T], names: &[String], about: About<'_>) -> Result<(NaiveDate, AnalyticsRow), BadItem> {
    if texts.len() != names.len() {
        let reason = format!("has {} values for {} columns", texts.len(), names.len());
        return Err(BadItem::new("row", reason));
    }
    let mut row = AnalyticsRow::of(about.kind.report);
    for (name, text) in names.iter().zip(texts) {
        let cell = Cell {
            column: name,
            text: text.as_ref(),
        };
        column::set(&mut row, name, cell)?;
    }
    if row.channel_id.is_none() {
        row.channel_id = ChannelId::new(about.channel).ok();
    }
    let day = row.day.ok_or_else(|| BadItem::new("date", "is missing"))?;
    let final_from = day.checked_add_days(Days::new(FINAL_AFTER_DAYS));
    row.is_final = Some(final_from.is_some_and(|from| quota_day(about.made) >= from));
    Ok((day, row))
}

impl<'a> Cell<'a> {
    pub(super) fn text(self) -> Option<&'a str> {
        Some(self.text).filter(|text| !text.is_empty())
    }

    pub(super) fn owned(self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    fn bad(self, expected: &str) -> BadItem {
        let shown = crate::fault::excerpt(self.text);
        BadItem::new(self.column, format!("{shown} is not {expected}"))
    }

    /// `20261125`, in Pacific time.
    pub(super) fn day(self) -> Result<Option<NaiveDate>, BadItem> {
        let day = |text: &str| match text.len() {
            8 => NaiveDate::parse_from_str(text, "%Y%m%d").ok(),
            _ => text.parse().ok(),
        };
        let read = |text| day(text).ok_or_else(|| self.bad("a day, YYYYMMDD"));
        self.text().map(read).transpose()
    }

    pub(super) fn number(self) -> Result<Option<f64>, BadItem> {
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let read = |text| number(text).ok_or_else(|| self.bad("a number"));
        self.text().map(read).transpose()
    }

    /// Whole, though YouTube writes some counts as `12.0`.
    pub(super) fn count(self) -> Result<Option<i64>, BadItem> {
        if let Some(Ok(count)) = self.text().map(str::parse::<i64>) {
            return Ok(Some(count));
        }
        match self.number()? {
            Some(number) if number.fract() != 0.0 || number.abs() > 1e15 => Err(self.bad("a whole number")),
            number => Ok(number.map(|number| number as i64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sources::reporting::kind::named;

    fn read(kind: &str, csv: &str) -> Vec<Outgoing> {
        let about = About {
            channel: "MINE",
            kind: named(kind).expect("a kind"),
            made: "2026-11-24T10:00:00Z".parse().expect("a time"),
        };
        rows(csv.as_bytes(), about).expect("a report")
    }

    const CHANNEL: &str = "UC_x5XG1OV2P6uZZ5FSM9Ttw";

    #[test]
    fn impressions_and_their_rate_are_kept_with_what_youtube_tells() {
        let csv = format!(
            "date,channel_id,video_id,traffic_source_type,traffic_source_detail,operating_system,device_type,\
             video_thumbnail_impressions,video_thumbnail_impressions_ctr\n\
             20261120,{CHANNEL},dQw4w9WgXcQ,5,\"how, to\",2,104,100,0.045\n\
             20261121,{CHANNEL},,99,,,,7.0,0\n"
        );
        let records = read("channel_reach_combined_a1", &csv);
        let body = |place: usize| serde_json::from_slice::<Value>(&records[place].body).expect("json");
        assert_eq!(
            body(0),
            json!({"report": "traffic-source", "channel_id": CHANNEL, "video_id": "dQw4w9WgXcQ", "day": "2026-11-20",
                "traffic_source": "YT_SEARCH", "traffic_detail": "how, to", "operating_system": "2", "device": "MOBILE",
                "impressions": 100, "click_through_rate": 0.045, "is_final": true})
        );
        assert_eq!(
            body(1),
            json!({"report": "traffic-source", "channel_id": CHANNEL, "day": "2026-11-21", "traffic_source": "99",
                "impressions": 7, "click_through_rate": 0.0, "is_final": false})
        );
    }

    #[test]
    fn rows_that_differ_only_in_a_dimension_without_a_field_stay_apart() {
        let csv = format!(
            "date,channel_id,video_id,live_or_on_demand,subscribed_status,country_code,views,card_clicks\n\
             20261120,{CHANNEL},dQw4w9WgXcQ,live,subscribed,US,5,1\n\
             20261120,{CHANNEL},dQw4w9WgXcQ,on demand,subscribed,US,5,1\n"
        );
        let ids: Vec<_> = read("channel_basic_a3", &csv)
            .iter()
            .map(|record| record.envelope.id)
            .collect();
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_bytes() {
        let csv = format!(
            "date,channel_id,video_id,video_thumbnail_impressions,video_thumbnail_impressions_ctr\n\
             20261120,{CHANNEL},dQw4w9WgXcQ,many,0.1\n20261120,{CHANNEL}\n,{CHANNEL},dQw4w9WgXcQ,1,0.1\n\
             20261120,{CHANNEL},dQw4w9WgXcQ,1.5,0.1\n20261120,{CHANNEL},dQw4w9WgXcQ,1,4.5\n20261120,nobody,,1,0\n"
        );
        let records = read("channel_reach_basic_a1", &csv);
        let reasons: Vec<_> = records
            .iter()
            .map(|record| record.envelope.reject_reason.clone().unwrap_or_default())
            .collect();
        let words = [
            "\"many\" is not a number",
            "has 2 values",
            "date: is missing",
            "is not a whole number",
            "at most 1",
            "channel_id",
        ];
        for (reason, word) in reasons.iter().zip(words) {
            assert!(reason.contains(word), "{reason:?} has no {word:?}");
        }
        assert_eq!(reasons.len(), words.len());
        let unknown = read("channel_reach_basic_a1", "date,channel_id,new_column\n20261120,,1\n");
        assert!(unknown[0].is_rejected());
    }

    #[test]
    fn a_report_may_have_no_rows() {
        assert!(read("channel_reach_basic_a1", "date,channel_id\n").is_empty());
        let about = About {
            channel: "MINE",
            kind: named("channel_reach_basic_a1").expect("a kind"),
            made: DateTime::UNIX_EPOCH,
        };
        for broken in [
            "",
            "<html>sorry</html>\n",
            "{]",
            "date,channel_id\n20261120,UC",
            "date,\u{fffd}\n",
        ] {
            assert!(rows(broken.as_bytes(), about).is_err(), "{broken}");
        }
        assert!(rows(b"date,channel_id\n\xff\n", about).is_err());
    }
}
