//! Files as Studio, Google Trends and people write them, one peculiarity at a time; and damaged ones.

use std::io::Write;

use events::payload::{Relation, Report, Scale};
use events::{AnalyticsRow, ChannelId, Comment, RevenueRecord, TrendSignal};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use ingest::sources::file::{Kind, Options, open};
use proptest::prelude::*;

use crate::files::{payloads, read, read_text, times};
use crate::reading::{Reading, region};

const TABLE: &str = "\u{feff}Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,\
    Your estimated revenue (USD),Impres\u{ad}sions,Impressions click-through rate (%)\n\
    Total,,,,\"1,234\",10.5,-3,12.345,5000,1.68\n\
    dQw4w9WgXcQ,\"Never, ever\",\"Oct 4, 2021\",212,1000,10,-2,12.3,4000,2\n\
    -i5vAKwX_bY,Other,,0:01:05,234,0.5,—,,,\n\
    Showing top 500 results,,,,,,,,,\n";

fn ask() -> Options {
    Options::default()
}

#[test]
fn a_table_of_studio_with_all_its_peculiarities() {
    let (kind, reading) = read_text("Content 2021-10-01_2021-11-01 Name/Table data.csv", TABLE, &ask());
    assert_eq!(kind, Kind::YoutubeStudioTable);
    assert_eq!(reading.reasons(), Vec::<&str>::new());
    let rows: Vec<AnalyticsRow> = payloads(&reading);
    assert_eq!(rows.len(), 3);
    assert_eq!(
        (rows[0].report, rows[0].views, rows[0].subscribers),
        (Report::Basic, Some(1234), Some(-3))
    );
    let video = &rows[1];
    assert_eq!(video.watch_time_minutes, Some(600.0));
    assert_eq!(video.click_through_rate, Some(0.02));
    assert_eq!(video.estimated_revenue_micros, Some(12_300_000));
    assert_eq!(video.currency.as_ref().map(ToString::to_string).as_deref(), Some("USD"));
    assert_eq!(
        video.video_published_on.map(|day| day.to_string()).as_deref(),
        Some("2021-10-04")
    );
    let days = (
        video.day.map(|day| day.to_string()),
        video.last_day.map(|day| day.to_string()),
    );
    assert_eq!(days, (Some("2021-10-01".into()), Some("2021-10-31".into())));
    assert_eq!(
        (rows[2].video_duration_seconds, rows[2].impressions, rows[2].subscribers),
        (Some(65), None, None)
    );
    assert!(times(&reading).iter().all(|time| time == "2021-10-31"));
}

#[test]
fn what_a_table_does_not_say_its_user_may() {
    let (_, undated) = read_text("Table data.csv", TABLE, &ask());
    assert!(times(&undated).iter().all(|time| time == "1970-01-01"));
    let channel = ChannelId::new("UC4PooiX37Pld1T8J5SYT-SQ").ok();
    let options = Options {
        channel: channel.clone(),
        period: "2021-10-01..2021-10-31".parse().ok(),
        ..ask()
    };
    let (_, told) = read_text("Table data.csv", TABLE, &options);
    assert!(times(&told).iter().all(|time| time == "2021-10-31"));
    assert_eq!(payloads::<AnalyticsRow>(&told)[0].channel_id, channel);
}

#[test]
fn reports_by_other_dimensions_and_in_other_languages() {
    let cases = [
        (
            "Traffic source,Views,Watch time (hours)\nExternal,5,1\n",
            Kind::YoutubeStudioTable,
            Report::TrafficSource,
        ),
        ("Geography,Views\nUS,5\n", Kind::YoutubeStudioTable, Report::Geography),
        (
            "Viewer age,Viewer gender,Views\n18–24 years,Female,5\n",
            Kind::YoutubeStudioTable,
            Report::Demographics,
        ),
        (
            "Subtitles and CC,Views\nEnglish,5\n",
            Kind::YoutubeStudioTable,
            Report::Other,
        ),
        (
            "Something new,Watch time (hours)\nx,5\n",
            Kind::YoutubeStudioTable,
            Report::Other,
        ),
        (
            "Date,Device type,Views\n2021-10-04,TV,5\n",
            Kind::YoutubeStudioChart,
            Report::Device,
        ),
        (
            "Date,Views\n\"Oct 4, 2021\",5\n",
            Kind::YoutubeStudioTotals,
            Report::Basic,
        ),
        (
            "Datum,Aufrufe\n2021-10-04,5\n",
            Kind::YoutubeStudioTotals,
            Report::Basic,
        ),
        (
            "Zugriffsquelle,Aufrufe,Wiedergabezeit (Stunden)\nExtern,5,1\n",
            Kind::YoutubeStudioTable,
            Report::TrafficSource,
        ),
        (
            "日付,視聴回数\n2021/10/04,5\n",
            Kind::YoutubeStudioTotals,
            Report::Basic,
        ),
    ];
    for (text, expected, report) in cases {
        let (kind, reading) = read_text("some.csv", text, &ask());
        assert_eq!(kind, expected, "{text}");
        assert_eq!(reading.reasons(), Vec::<&str>::new(), "{text}");
        assert_eq!(payloads::<AnalyticsRow>(&reading)[0].report, report, "{text}");
    }
}

#[test]
fn a_damaged_row_costs_itself_only() {
    let text = "Content,Video title,Views,Watch time (hours)\ndQw4w9WgXcQ,a,many,1\n#NAME?,b,5,1\ndQw4w9WgXcQ,c,5\ndQw4w9WgXcQ,d,6,1\n";
    let (_, reading) = read_text("Table data.csv", text, &ask());
    assert_eq!(
        reading.reasons(),
        [
            "line 2, column Views: \"many\" is not a whole number",
            "line 3, column Content: \"#NAME?\" is a spreadsheet's error value: it took the original for a formula, which is lost",
            "line 4: the row has 3 fields where the header has 4",
        ]
    );
    assert_eq!(payloads::<AnalyticsRow>(&reading).len(), 1);
}

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in members {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).expect("written");
        let packed = encoder.finish().expect("finished");
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let sizes = [crc.sum(), packed.len() as u32, text.len() as u32]
            .map(u32::to_le_bytes)
            .concat();
        let name_bytes = (name.len() as u16).to_le_bytes();
        let place = (bytes.len() as u32).to_le_bytes();
        let about = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0][..], &sizes, &name_bytes].concat();
        bytes.extend([b"PK\x03\x04", &about[..], &[0, 0], name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\0", &about[..], &[0; 12], &place, name.as_bytes()].concat());
    }
    let place = (bytes.len() as u32).to_le_bytes();
    let count = (members.len() as u16).to_le_bytes();
    let size = (directory.len() as u32).to_le_bytes();
    bytes.extend(directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &place, &[0, 0]].concat());
    bytes
}

#[test]
fn an_archive_is_read_member_by_member() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Content 2021-10-01_2021-11-01 Name.zip");
    let bytes = zip(&[
        ("Table data.csv", TABLE),
        ("Totals.csv", "Date,Views\n2021-10-01,5\n"),
        ("notes.txt", "hello"),
    ]);
    std::fs::write(&path, &bytes).expect("written");
    let mut opened = open(&path, &ask());
    let kinds: Vec<_> = opened.iter().map(|one| one.kind).collect();
    assert_eq!(
        kinds,
        [Some(Kind::YoutubeStudioTable), Some(Kind::YoutubeStudioTotals), None]
    );
    let table = Reading::of(opened[0].source.as_mut().expect("a table").as_mut());
    assert!(times(&table).iter().all(|time| time == "2021-10-31"));
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let error = open(&path, &ask()).remove(0).source.err().expect("read").to_string();
    assert!(error.contains("Name.zip") && error.contains("truncated"), "{error}");
}

#[test]
fn interest_over_time_in_every_resolution() {
    let cases = [
        (
            "Category: All categories\n\nMonth,x: (United States)\n2004-01,<1\n2004-02,35\n",
            31 * 86_400,
            "2004-02-01",
        ),
        (
            "Week,x: (Worldwide)\n2020-07-12,<1\n2020-07-19,11\n",
            7 * 86_400,
            "2020-07-19",
        ),
        (
            "Day,x: (Worldwide)\n2020-07-12,<1\n2020-07-13,11\n",
            86_400,
            "2020-07-13",
        ),
        (
            "Time,x: (Worldwide)\n2020-07-12T00,<1\n2020-07-12T01,11\n",
            3_600,
            "2020-07-12",
        ),
        (
            "Time,x: (Worldwide)\n2020-07-12T00:00:00,<1\n2020-07-12T00:08:00,11\n",
            480,
            "2020-07-12",
        ),
        (
            "Catégorie : Toutes les catégories\n\nSemaine,x: (Tous les pays)\n2020-07-12,<1\n2020-07-19,1\n",
            7 * 86_400,
            "2020-07-19",
        ),
        (
            "すべてのカテゴリ\n\n週,x: (すべての国)\n2020-07-12,<1\n2020-07-19,1\n",
            7 * 86_400,
            "2020-07-19",
        ),
        ("Woche,x: (Weltweit)\n2020-07-12,<1\n", 7 * 86_400, "2020-07-19"),
        (
            "Time,x\n\"2020-07-12\",<1\n\"2020-07-19\",11\n",
            7 * 86_400,
            "2020-07-19",
        ),
        (
            "date,x,isPartial\n2020-07-12,<1,False\n2020-07-19,11,True\n",
            7 * 86_400,
            "2020-07-19",
        ),
        ("Week,x\n2004-01-04 - 2004-01-10,<1\n", 7 * 86_400, "2004-01-11"),
    ];
    for (text, seconds, end) in cases {
        let (kind, reading) = read_text("multiTimeline.csv", text, &ask());
        assert_eq!(kind, Kind::GoogleTrendsInterest, "{text}");
        assert_eq!(reading.reasons(), Vec::<&str>::new(), "{text}");
        let signals: Vec<TrendSignal> = payloads(&reading);
        assert_eq!(
            (signals[0].window_seconds, times(&reading)[0].as_str()),
            (seconds, end),
            "{text}"
        );
        assert_eq!(
            (signals[0].keyword.as_str(), signals[0].value, signals[0].below_one),
            ("x", 0.5, Some(true))
        );
    }
}

#[test]
fn a_window_that_goes_on_is_left_out() {
    let text = "Week,x: (Worldwide)\n2020-07-12,1\n2020-07-19,2\n";
    let options = Options {
        now: "2020-07-26T00:00:00Z".parse().ok(),
        ..ask()
    };
    assert_eq!(
        read_text("multiTimeline.csv", text, &options).1.reasons(),
        Vec::<&str>::new()
    );
    let options = Options {
        now: "2020-07-25T23:59:59Z".parse().ok(),
        ..ask()
    };
    let (_, reading) = read_text("multiTimeline.csv", text, &options);
    assert_eq!(times(&reading), ["2020-07-19"]);
    assert_eq!(
        reading.reasons(),
        [
            "line 3, column Week: \"2020-07-19\" begins a window that goes on until 2020-07-26 00:00 UTC: export it again when it is over"
        ]
    );
}

/// A file that says again what an older one said is not that older one.
#[test]
fn a_sponsorship_is_told_when_its_file_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deals.csv");
    let deal =
        "channel_id,date,sponsor,amount,currency,reference\nUC4PooiX37Pld1T8J5SYT-SQ,2026-03-31,Acme,10,EUR,INV-7\n";
    let told = |days: u64| {
        std::fs::write(&path, deal).expect("written");
        let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(days * 86_400);
        let file = std::fs::File::options().append(true).open(&path).expect("a file");
        file.set_modified(written).expect("a time");
        let options = Options {
            now: "2026-04-01T00:00:00Z".parse().ok(),
            ..ask()
        };
        let (_, reading) = read(&path, &options);
        (times(&reading).remove(0), reading.outgoing[0].envelope.id)
    };
    assert_eq!(told(20_000), told(20_000));
    assert_ne!(told(20_000).1, told(20_001).1);
    assert_eq!(told(20_001).0, "2024-10-05");
    assert_eq!(told(30_000).0, "2026-04-01", "a clock that is wrong");
}

#[test]
fn a_keyword_is_of_the_place_in_its_column() {
    let text = "Week,a: (Brasil),b: (Worldwide),c: (California)\n2020-07-12,1,2,3\n2020-07-19,,2,101\n";
    let (_, reading) = read_text("multiTimeline.csv", text, &ask());
    let signals: Vec<TrendSignal> = payloads(&reading);
    assert_eq!(signals[0].region, Some(region("BR")));
    assert_eq!((&signals[1].region, &signals[1].area), (&None, &None));
    assert_eq!(
        (&signals[2].region, signals[2].area.as_deref()),
        (&None, Some("California"))
    );
    assert_eq!(
        reading.reasons(),
        ["line 3, column c: (California): \"101\" is no value of Google Trends: 0 to 100, or <1"]
    );
}

#[test]
fn regions_are_countries_or_parts_of_one() {
    let world = "Category: All categories\n\nCountry,x: (6/5/16 - 6/5/21)\nBrazil,100\nJapan,57\nKenya,\n";
    let (kind, reading) = read_text("geoMap.csv", world, &ask());
    assert_eq!(kind, Kind::GoogleTrendsRegions);
    let signals: Vec<TrendSignal> = payloads(&reading);
    assert_eq!(
        (signals.len(), &signals[0].region, signals[0].scale),
        (2, &Some(region("BR")), Scale::Index)
    );
    assert_eq!(times(&reading)[0], "2021-06-06");
    let parts = "Region,x: (6/5/16 - 6/5/21)\nGeorgia,100\nTexas,57\n";
    let options = Options {
        region: Some(region("US")),
        ..ask()
    };
    let signals: Vec<TrendSignal> = payloads(&read_text("geoMap.csv", parts, &options).1);
    assert_eq!(
        (&signals[0].region, signals[0].area.as_deref()),
        (&Some(region("US")), Some("Georgia"))
    );
}

#[test]
fn related_queries_are_frequent_or_rising() {
    let text = "Category: All categories\n\nTOP\nnetflix movies,100\nfilms,7\n\nRISING\nsquid game,Breakout\nthe queen,\"+4,950%\"\n";
    let (kind, reading) = read_text("relatedQueries.csv", text, &ask());
    assert_eq!(kind, Kind::GoogleTrendsRelated);
    assert_eq!(reading.reasons(), Vec::<&str>::new());
    let signals: Vec<TrendSignal> = payloads(&reading);
    let seen: Vec<_> = signals.iter().map(|signal| (signal.relation, signal.value)).collect();
    let (top, rising) = (Some(Relation::Top), Some(Relation::Rising));
    assert_eq!(seen, [(top, 100.0), (top, 7.0), (rising, 5000.0), (rising, 4950.0)]);
    let spanish = "Categoría: Todas las categorías\n\nPRINCIPALES\na,100\n\nEN AUMENTO\nb,Aumento puntual\n";
    let signals: Vec<TrendSignal> = payloads(&read_text("relatedQueries.csv", spanish, &ask()).1);
    assert_eq!(signals[1].relation, rising);
}

#[test]
fn sponsorships_and_comments() {
    let text = "channel_id,date,sponsor,amount,currency,reference\n\
        UC4PooiX37Pld1T8J5SYT-SQ,2026-03-31,Acme,\"1,500.50\",EUR,INV-7\n\
        UC4PooiX37Pld1T8J5SYT-SQ,2026-03-31,Acme,1.234,EUR,INV-8\n";
    let (kind, reading) = read_text("deals.csv", text, &ask());
    assert_eq!(kind, Kind::Sponsorship);
    let deals: Vec<RevenueRecord> = payloads(&reading);
    assert_eq!(
        (deals[0].amount_minor, deals[0].reference_id.as_str()),
        (150_050, "INV-7")
    );
    assert_eq!(
        reading.reasons(),
        ["line 3, column amount: \"1.234\" has more than the 2 decimal digits of its currency"]
    );
    let text = "comment_id,video_id,text,author,likes,published_at\nUgx.9abc,dQw4w9WgXcQ,\"so\ngood\",Ada,3,2026-01-02T03:04:05Z\n";
    let (kind, reading) = read_text("comments.csv", text, &ask());
    assert_eq!(kind, Kind::YoutubeComments);
    let comments: Vec<Comment> = payloads(&reading);
    assert_eq!(
        (comments[0].text.as_str(), comments[0].parent_id.as_deref()),
        ("so\ngood", Some("Ugx"))
    );
}

#[test]
fn what_nobody_knows_is_refused_by_name_and_with_the_kinds() {
    let folder = tempfile::tempdir().expect("a folder");
    let refusal = |name: &str, text: &[u8], options: &Options| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let error = open(&path, options).remove(0).source.err().expect("read").to_string();
        assert!(error.contains(name), "{error}");
        error
    };
    for (text, what) in [
        (&b"name,age\nAda,36\n"[..], "google-trends-interest"),
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"{\"kind\": \"youtube#videoListResponse\"}", "known are"),
        (b"\xff\xfev\0i\0", "UTF-16"),
    ] {
        let error = refusal("some.csv", text, &ask());
        assert!(error.to_lowercase().contains(&what.to_lowercase()), "{error}");
    }
    let options = Options {
        kind: Some(Kind::YoutubeComments),
        ..ask()
    };
    assert!(refusal("other.csv", b"Date,Views\n2021-10-04,5\n", &options).contains("no youtube-comments"));
}

fn of_any_kind() -> impl Strategy<Value = String> {
    let starts = [
        TABLE,
        "Date,Views\n2021-10-04,5\n",
        "Week,a: (Brasil),b: (Worldwide)\n2020-07-12,1,2\n",
        "Country,x: (6/5/16 - 6/5/21)\nBrazil,100\n",
        "Category: All categories\n\nTOP\na,100\n\nRISING\nb,Breakout\n",
        "comment_id,video_id,text\nUgx,dQw4w9WgXcQ,hello\n",
        "date_utc,channel_id,channel_title,subscribers,views,videos\n2026-01-17,UC4PooiX37Pld1T8J5SYT-SQ,a,1,2,3\n",
        "channel_id,date,sponsor,amount,currency,reference\nUC4PooiX37Pld1T8J5SYT-SQ,2026-03-31,Acme,1,EUR,I\n",
    ];
    prop::sample::select(starts.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..Kind::ALL.len()) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("US_any.csv");
        std::fs::write(&path, bytes).expect("written");
        for kind in [None, Some(Kind::ALL[kind])] {
            for opened in open(&path, &Options { kind, ..ask() }) {
                if let Ok(mut source) = opened.source {
                    Reading::of(source.as_mut());
                }
            }
        }
    }

    #[test]
    fn damage_costs_no_row_before_it(
        text in of_any_kind(),
        noise in prop::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), any::<u8>()], 0..200),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("some.csv");
        std::fs::write(&path, &text).expect("written");
        let (kind, whole) = read(&path, &ask());
        std::fs::write(&path, [text.as_bytes(), b"\n", &noise].concat()).expect("written");
        let options = Options { kind: Some(kind), ..ask() };
        if let Ok(mut source) = open(&path, &options).remove(0).source {
            let damaged = Reading::of(source.as_mut());
            prop_assert!(damaged.outgoing.len() >= whole.outgoing.len());
            prop_assert!(damaged.error.is_none());
            prop_assert_eq!(damaged.ids(), read(&path, &options).1.ids());
        }
    }
}
