//! What holds for any bytes, and for any export.

use chrono::{DateTime, NaiveDate, Utc};
use csv::StringRecord;
use proptest::prelude::*;

use crate::reading::{gzip, open_bytes, read_bytes};

const HEADER: [&str; 8] = [
    "video_id",
    "trending_date",
    "title",
    "tags",
    "views",
    "likes",
    "comments_disabled",
    "description",
];

#[derive(Debug, Clone)]
struct Row {
    video_id: String,
    date: NaiveDate,
    title: String,
    tags: Vec<String>,
    views: i64,
    likes: Option<u32>,
    comments_disabled: bool,
    description: String,
}

impl Row {
    fn fields(&self) -> [String; 8] {
        [
            self.video_id.clone(),
            self.date.format("%y.%d.%m").to_string(),
            self.title.clone(),
            self.tags
                .iter()
                .map(|tag| format!("\"{tag}\""))
                .collect::<Vec<_>>()
                .join("|"),
            self.views.to_string(),
            self.likes.map(|likes| likes.to_string()).unwrap_or_default(),
            if self.comments_disabled { "TRUE" } else { "False" }.to_owned(),
            self.description.clone(),
        ]
    }
}

prop_compose! {
    fn row()(
        video_id in "[A-Za-z0-9_-]{11}",
        days in 0..900i64,
        title in "[^\\s\\x00]([^\\x00]{0,30}[^\\s\\x00])?",
        tags in prop::collection::vec("[a-zé|][a-z |,]{0,8}[a-z]", 0..4),
        views in 0..10_000_000_000_000i64,
        likes in any::<Option<u32>>(),
        comments_disabled in any::<bool>(),
        description in "[a-z\"][a-z,\"\r\n ]{0,40}[a-z\"]",
    ) -> Row {
        let date = NaiveDate::from_ymd_opt(2017, 9, 1).expect("a day") + chrono::Duration::days(days);
        Row { video_id, date, title, tags, views, likes, comments_disabled, description }
    }
}

/// Columns in the order of `order`, as the csv crate writes them.
fn export(rows: &[Row], order: &[usize], terminator: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    let write = |writer: &mut csv::Writer<Vec<u8>>, fields: &[String]| {
        writer
            .write_record(order.iter().map(|place| &fields[*place]))
            .expect("memory can be written");
    };
    write(&mut writer, &HEADER.map(str::to_owned));
    rows.iter().for_each(|row| write(&mut writer, &row.fields()));
    writer.into_inner().expect("memory can be written")
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Bytes that look enough like an export to get past its header.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let noise = prop::collection::vec(
        prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()],
        0..300,
    );
    let rows = prop::collection::vec(row(), 0..6);
    (rows, noise, any::<prop::sample::Index>()).prop_map(|(rows, noise, place)| {
        let mut bytes = export(&rows, &[0, 1, 2, 3, 4, 5, 6, 7], csv::Terminator::CRLF);
        let header = bytes.iter().position(|byte| *byte == b'\n').unwrap_or_default() + 1;
        let place = header + place.index(bytes.len() - header + 1);
        drop(bytes.splice(place..place, noise));
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(mut source) = open_bytes(bytes) {
            crate::reading::Reading::of(&mut source);
        }
    }

    #[test]
    fn every_row_is_an_event_or_rejected(bytes in damaged()) {
        let reading = read_bytes(bytes.clone());
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
        let read = reader.byte_records().count();
        // where an open quote took in rows, the csv crate and we cut differently from there on
        let unclosed = reading.reasons().iter().any(|reason| reason.contains("before the next row begins"));
        prop_assert!(unclosed || reading.outgoing.len() == read);
        prop_assert_eq!(reading.snapshots().len() + reading.rejected().len(), reading.outgoing.len());
        prop_assert!(reading.error.is_none());
        prop_assert_eq!(read_bytes(gzip(&bytes)).ids(), reading.ids());
    }

    #[test]
    fn truncated_gzip_never_invents_rows(rows in prop::collection::vec(row(), 1..20), cut in any::<prop::sample::Index>()) {
        let bytes = export(&rows, &[0, 1, 2, 3, 4, 5, 6, 7], csv::Terminator::CRLF);
        let whole = read_bytes(bytes.clone()).ids();
        let zipped = gzip(&bytes);
        let cut = &zipped[..cut.index(zipped.len())];
        if let Ok(mut source) = open_bytes(cut) {
            let reading = crate::reading::Reading::of(&mut source);
            prop_assert!(reading.error.is_some());
            prop_assert!(whole.starts_with(&reading.ids()));
        }
    }

    #[test]
    fn a_good_export_reads_back(
        rows in prop::collection::vec(row(), 0..20),
        order in Just([0, 1, 2, 3, 4, 5, 6, 7]).prop_shuffle(),
        crlf in any::<bool>(),
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let reading = read_bytes(export(&rows, &order, terminator));
        prop_assert_eq!(reading.reasons(), Vec::<&str>::new());
        let read = reading.snapshots();
        prop_assert_eq!(read.len(), rows.len());
        for (row, (time, snapshot)) in rows.iter().zip(read) {
            prop_assert_eq!(time, midnight(row.date));
            prop_assert_eq!(snapshot.video_id.as_str(), &row.video_id);
            prop_assert_eq!(snapshot.title.as_deref(), Some(row.title.trim()));
            prop_assert_eq!(snapshot.tags.as_ref(), Some(&row.tags));
            prop_assert_eq!(snapshot.views, Some(row.views));
            prop_assert_eq!(snapshot.likes, row.likes.map(i64::from));
            prop_assert_eq!(snapshot.comments_disabled, Some(row.comments_disabled));
            prop_assert_eq!(snapshot.description.as_ref(), Some(&row.description));
        }
    }
}

#[test]
fn lines_are_counted_as_the_csv_crate_counts_them() {
    let text = "video_id,trending_date,views\n\nx,\"a\nb\",1\ny,2,3\n";
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let last = reader
        .records()
        .map(|record| record.expect("a record"))
        .last()
        .unwrap_or(StringRecord::new());
    let line = last.position().map(csv::Position::line).expect("a position");
    assert!(read_bytes(text).reasons()[1].starts_with(&format!("line {line},")));
}
