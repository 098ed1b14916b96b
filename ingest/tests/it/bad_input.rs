//! Rows that cannot be read, and files that are no exports.

use std::fs;

use ingest::sources::trending::{OpenError, Options, open};
use ingest::{FaultKind, SourceError};

use crate::reading::{gzip, open_bytes, read_bytes};

const HEADER: &str = "video_id,trending_date,title,views\n";
const GOOD: &str = "aaaaaaaaaaa,2020-08-12,good,1\n";

/// Reads a bad row between two good ones: it is rejected with its bytes, the good ones are not.
fn check(bad: &[u8], kind: FaultKind, reason: &str) {
    let text = [HEADER.as_bytes(), GOOD.as_bytes(), bad, b"\n", GOOD.as_bytes()].concat();
    let reading = read_bytes(text);
    assert_eq!(reading.snapshots().len(), 2, "{reason}");
    let [rejected] = reading.rejected().try_into().expect("one rejected row");
    assert_eq!(rejected.fault.as_ref().map(|fault| fault.kind), Some(kind));
    assert_eq!(reading.reasons()[0], reason);
    assert_eq!(rejected.body, bad);
    assert_eq!((rejected.envelope.time, &rejected.key), (None, &None));
}

#[test]
fn spreadsheet_damage() {
    check(
        b"#NAME?,2020-08-12,t,1",
        FaultKind::SpreadsheetError,
        "line 3, column video_id: \"#NAME?\" is a spreadsheet's error value: it took the original for a formula, which is lost",
    );
    check(
        b"aaaaaaaaaaa,2020-08-12,t,1.23E+11",
        FaultKind::SpreadsheetRounding,
        "line 3, column views: \"1.23E+11\" is a spreadsheet's rounded form of a number: its digits are lost",
    );
    check(
        b"aaaaaaaaaaa,2020-08-12,t,\"12,345\"",
        FaultKind::NotACount,
        "line 3, column views: \"12,345\" is written with separators: export it again with the column's number format off",
    );
}

#[test]
fn values_that_cannot_be() {
    check(
        b"aaaaaaaaaaa,2020-08-12,t,-5",
        FaultKind::NotACount,
        "line 3, column views: \"-5\" is negative",
    );
    check(
        b"aaaaaaaaaaa,,t,5",
        FaultKind::Missing,
        "line 3, column trending_date: is empty",
    );
    check(
        b"aaaaaaaaaaa,12/08/2020,t,5",
        FaultKind::NotADate,
        "line 3, column trending_date: \"12/08/2020\" is not a date of an export: DD.MM, YY.DD.MM, YYYY-MM-DD or an ISO date-time",
    );
    check(
        b"aaaaaaaaaaa,2020-08-12,a\0b,5",
        FaultKind::Refused,
        "line 3, column title: holds a NUL byte",
    );
    check(
        b"aaaaaaaaaaa,2020-08-12,caf\xe9,5",
        FaultKind::NotUtf8,
        "line 3, column title: byte 4 of the value is 0xe9, which is not UTF-8 (another encoding?)",
    );
    // halves of one character in neighbouring fields are not text either
    check(
        b"aaaaaaaaaaa,2020-08-12,caf\xc3,\xa95",
        FaultKind::NotUtf8,
        "line 3, column title: byte 4 of the value is 0xc3, which is not UTF-8 (another encoding?)",
    );
}

#[test]
fn half_a_line() {
    check(
        b"aaaaaaaaaaa,2020-08",
        FaultKind::WrongWidth,
        "line 3: the row has 2 fields where the header has 4",
    );
    check(
        b"aaaaaaaaaaa,2020-08-12,t,5,6",
        FaultKind::WrongWidth,
        "line 3: the row has 5 fields where the header has 4",
    );
    let reading = read_bytes(format!("{HEADER}{GOOD}aaaaaaaaaaa,2020-08-12,\"cut he"));
    assert_eq!(reading.snapshots().len(), 1);
    assert_eq!(
        reading.reasons(),
        ["line 3: the row has 3 fields where the header has 4; the file ends inside quotes"]
    );
}

#[test]
fn a_last_row_cut_in_its_description_counts_but_not_in_a_number() {
    let header = "video_id,trending_date,views,description\n";
    let reading = read_bytes(format!("{header}aaaaaaaaaaa,2020-08-12,5,\"cut he"));
    assert_eq!(reading.snapshots()[0].1.description.as_deref(), Some("cut he"));
    let reading = read_bytes(format!("{HEADER}aaaaaaaaaaa,2020-08-12,t,\"12"));
    assert_eq!(
        reading.reasons(),
        ["line 2, column views: the file ends inside this value's quotes"]
    );
}

#[test]
fn an_open_quote_costs_only_its_own_row() {
    let header = "video_id,trending_date,title,views,description\n";
    let rows = "bbbbbbbbbbb,2020-08-12,\"t\",5,\"x\"\nccccccccccc,2020-08-12,t,6,x\n";
    for (open, column) in [("\"open", "title"), ("open,7,\"more", "description")] {
        let reading = read_bytes(format!("{header}aaaaaaaaaaa,2020-08-12,{open}\n{rows}"));
        let views: Vec<_> = reading.snapshots().iter().map(|(_, snapshot)| snapshot.views).collect();
        assert_eq!(views, [Some(5), Some(6)], "{column}");
        assert_eq!(
            reading.reasons(),
            [format!(
                "line 2, column {column}: a quote is opened in this value and not closed before the next row begins"
            )]
        );
    }
}

#[test]
fn an_open_quote_before_the_date_costs_only_its_own_row() {
    let header = "video_id,title,channelId,trending_date,views,description\n";
    let row = |n: u32, title: &str| {
        format!("v{n:010},{title},UCaaaaaaaaaaaaaaaaaaaaaa,2020-08-12T00:00:00Z,{n},some words\n")
    };
    for quoted in [None, Some(3_000)] {
        let rows = (1..5_000).map(|n| match n {
            9 => row(n, "\"never closed"),
            n if Some(n) == quoted => row(n, "\"closed\""),
            _ => row(n, "title"),
        });
        let reading = read_bytes(format!("{header}{}", rows.collect::<String>()));
        assert_eq!(reading.snapshots().len(), 4_998);
        assert_eq!(
            reading.reasons(),
            ["line 10, column title: a quote is opened in this value and not closed before the next row begins"]
        );
    }
}

#[test]
fn open_quotes_in_rows_that_follow_each_other_cost_each_its_own_row() {
    let header =
        "video_id,title,channel_title,category_id,tags,views,likes,dislikes,comment_total,thumbnail_link,date\n";
    let row = |n: u32, title: &str| format!("v{n:010},{title},c,24,t,{n},2,3,4,http://x/,13.09\n");
    for damaged in [vec![5], vec![5, 6], vec![5, 6, 7], vec![5, 7, 9], vec![19]] {
        let title = |n: u32| match damaged.contains(&n) {
            true => format!("\"never closed {n}"),
            false => "title".to_owned(),
        };
        let rows: String = (1..20).map(|n| row(n, &title(n))).collect();
        let reading = read_bytes(format!("{header}{rows}"));
        assert_eq!(
            reading.rejected().len(),
            damaged.len(),
            "{damaged:?}: {:?}",
            reading.reasons()
        );
        let views: Vec<_> = reading
            .snapshots()
            .iter()
            .filter_map(|(_, snapshot)| snapshot.views)
            .collect();
        let good: Vec<i64> = (1..20u32).filter(|n| !damaged.contains(n)).map(i64::from).collect();
        assert_eq!(views, good, "{damaged:?}");
    }
}

#[test]
fn an_open_quote_that_its_own_line_closes_is_a_row_of_its_own_too() {
    let header =
        "video_id,title,channel_title,category_id,tags,views,likes,dislikes,comment_total,thumbnail_link,date\n";
    let row =
        |n: u32, title: &str, channel: &str| format!("v{n:010},{title},{channel},24,a|b,{n},2,3,4,http://x/,13.09\n");
    let rows = [
        row(1, "good", "c"),
        row(2, "\"open one", "c"),
        row(3, "\"open two", "\"c\""),
        row(4, "\"open three", "c"),
        row(5, "good", "c"),
    ];
    for end in ["\n", "\r\n", "\r"] {
        let reading = read_bytes(format!("{header}{}", rows.concat()).replace('\n', end));
        let views: Vec<_> = reading.snapshots().iter().map(|(_, snapshot)| snapshot.views).collect();
        assert_eq!(views, [Some(1), Some(5)]);
        assert_eq!(reading.rejected().len(), 3, "{:?}", reading.reasons());
    }
}

#[test]
fn a_row_in_the_words_of_a_description_is_no_row() {
    let header = "video_id,trending_date,views,description\n";
    let reading = read_bytes(format!(
        "{header}aaaaaaaaaaa,2020-08-12,5,\"look:\nbbbbbbbbbbb,2020-08-12,999,x\nend\"\n{}",
        "ccccccccccc,2020-08-12,6,x\n"
    ));
    let views: Vec<_> = reading.snapshots().iter().map(|(_, snapshot)| snapshot.views).collect();
    assert_eq!((views, reading.reasons().len()), (vec![Some(5), Some(6)], 0));
}

#[test]
fn a_description_may_span_lines() {
    let header = "video_id,trending_date,views,description\n";
    let reading = read_bytes(format!("{header}aaaaaaaaaaa,2020-08-12,5,\"x\ny,2020-08-12\nz\"\n"));
    assert_eq!(
        reading.snapshots()[0].1.description.as_deref(),
        Some("x\ny,2020-08-12\nz")
    );
}

#[test]
fn a_field_of_10_mb() {
    for quote in ["", "\""] {
        let field = format!("{quote}{}{quote}", "x".repeat(10 << 20));
        let reading = read_bytes(format!("{HEADER}{GOOD}aaaaaaaaaaa,2020-08-12,{field},1\n{GOOD}"));
        assert_eq!(reading.snapshots().len(), 2);
        let reasons = reading.reasons();
        assert_eq!(
            reasons,
            ["line 3, column title: the row is longer than 262144 bytes; only its beginning is kept"]
        );
        assert_eq!(reading.rejected()[0].body.len(), 262_144);
    }
}

#[test]
fn an_event_no_broker_would_take_is_rejected() {
    let title = "\u{1}".repeat(200_000);
    let reading = read_bytes(format!("{HEADER}aaaaaaaaaaa,2020-08-12,{title},1\n"));
    assert_eq!(
        reading.reasons(),
        ["line 2: the row becomes an event of more than 900000 bytes"]
    );
}

#[test]
fn a_truncated_gzip_gives_its_rows_and_one_error() {
    let row = |number: u32| format!("video-{number:05},2020-08-12,t,{number}\n");
    let rows: String = (0..20_000).map(row).collect();
    let mut bytes = gzip(format!("{HEADER}{rows}").as_bytes());
    bytes.truncate(bytes.len() / 2);
    let reading = read_bytes(bytes);
    let read = reading.snapshots();
    assert!(read.len() > 1_000 && read.len() < 19_000, "{} rows", read.len());
    assert!(reading.rejected().is_empty(), "{:?}", reading.reasons());
    let last = read.last().expect("rows").1.clone();
    assert_eq!(
        last.views,
        i64::try_from(read.len() - 1).ok(),
        "a part of a row was taken for a row"
    );
    match &reading.error {
        Some(error @ SourceError::CutShort { line, .. }) => {
            assert_eq!(*line, read.len() as u64 + 2, "{error}");
            assert!(error.to_string().contains("truncated"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_damaged_gzip_ends_with_an_error() {
    let rows: String = (0..20_000)
        .map(|number| format!("video-{number:05},2020-08-12,t,{number}\n"))
        .collect();
    let mut bytes = gzip(format!("{HEADER}{rows}").as_bytes());
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    assert!(matches!(read_bytes(bytes).error, Some(SourceError::CutShort { .. })));
}

fn refusal(bytes: impl Into<Vec<u8>>) -> String {
    let error = open_bytes(bytes).err().expect("accepted").to_string();
    assert!(error.contains("some.csv"), "{error}");
    error
}

#[test]
fn what_is_no_export_is_refused_by_name() {
    let cases: [(&[u8], &str); 10] = [
        (b"", "is empty"),
        (b"\n\r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04....", "zip archive"),
        (b"\xff\xfev\0i\0d\0", "UTF-16"),
        (b"\x7fELF\x02\x01\x01\0\0", "binary data"),
        (b"video_id,\xe9\xe9,views\n", "not UTF-8"),
        (
            b"just a letter to a friend\n",
            "no column video_id; it has \"just a letter to a friend\"",
        ),
        (b"date_utc,channel_id,views\n", "Needed are video_id, trending_date"),
        (b"aaaaaaaaaaa,17.14.11,title,748374\n", "no column video_id"),
    ];
    for (bytes, what) in cases {
        let error = refusal(bytes);
        assert!(error.contains(what), "{error}");
    }
    assert!(refusal(gzip(b"")).contains("is empty"));
    assert!(refusal("x".repeat(300 << 10)).contains("too long to be a header"));
    assert!(refusal(&gzip(HEADER.as_bytes())[..12]).contains("cannot read"));
}

#[test]
fn a_header_alone_is_an_export_without_rows() {
    assert!(read_bytes(HEADER).outgoing.is_empty());
}

#[test]
fn files_that_cannot_be_opened_or_placed_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options::default();
    let missing = folder.path().join("USvideos.csv");
    assert!(matches!(
        open(&missing, &options).err(),
        Some(OpenError::Unreadable { .. })
    ));
    assert!(matches!(
        open(folder.path(), &options).err(),
        Some(OpenError::Unreadable { .. })
    ));
    let unnamed = folder.path().join("videos.csv");
    fs::write(&unnamed, HEADER).expect("written");
    let error = open(&unnamed, &options).err().expect("accepted").to_string();
    assert!(error.contains("videos.csv") && error.contains("--region"), "{error}");
}
