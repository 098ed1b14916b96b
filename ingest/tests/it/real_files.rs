//! Real exports, if there are any here: every row is accounted for, and the sums equal a count made without us.

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use ingest::sources::trending::{OpenError, Options, Trending, category_files_beside, open};

use crate::reading::{Reading, read_file, region};

/// Files whose counts are known: rows and, among them, rows whose id a spreadsheet destroyed.
const KNOWN: [(&str, usize, usize); 13] = [
    ("v2017nov_FR_17days_allcols.csv.gz", 3398, 0),
    ("v2017nov_GB_4days_allcols.csv.gz", 760, 0),
    ("v2017nov_IN_5days_allcols.csv.gz", 966, 13),
    ("v2017nov_IN_full205days_numeric.csv.gz", 37352, 518),
    ("v2017nov_US_15days_allcols.csv.gz", 3000, 0),
    ("v2017sep_US_40days.csv.gz", 8000, 0),
    ("v2018scrape_GB.csv.gz", 77, 0),
    ("v2018scrape_JP.csv.gz", 200, 0),
    ("v2018scrape_US.csv.gz", 200, 0),
    ("v2020_GB_first4days.csv.gz", 853, 0),
    ("v2020_JP_first4days.csv.gz", 659, 0),
    ("v2020_KR_first4days.csv.gz", 993, 0),
    ("v2020_US_first4days.csv.gz", 873, 0),
];

/// The folder of real exports, or a loud word that nothing is tested.
fn folder() -> Option<PathBuf> {
    match env::var_os("YTEMPIRE_SHARED_DATA") {
        Some(data) => Some(PathBuf::from(data).join("youtube-trending")),
        None => {
            eprintln!("YTEMPIRE_SHARED_DATA is not set: NOT testing with real exports");
            None
        }
    }
}

fn unzipped(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(File::open(path).expect("a file"))
        .read_to_end(&mut bytes)
        .expect("gzip");
    bytes
}

/// Rows, rows with a damaged id, and the sum of views per date as written, counted by the csv crate alone.
fn count_plainly(bytes: &[u8]) -> (usize, usize, BTreeMap<String, i64>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().expect("a header").clone();
    let place = |names: [&str; 2]| header.iter().position(|name| names.contains(&name)).expect("a column");
    let (id, date) = (place(["video_id", ""]), place(["trending_date", "date"]));
    let views = place(["views", "view_count"]);
    let rows: Vec<StringRecord> = reader.records().map(|record| record.expect("text")).collect();
    let mut sums = BTreeMap::new();
    let good = |row: &&StringRecord| row[id].len() == 11;
    for row in rows.iter().filter(good) {
        *sums.entry(row[date].to_owned()).or_default() += row[views].parse::<i64>().expect("a number");
    }
    (rows.len(), rows.iter().filter(|row| !good(row)).count(), sums)
}

/// The date as its file writes it.
fn written_like(sample: &str, day: NaiveDate) -> String {
    let form = match sample.len() {
        5 => "%d.%m",
        8 => "%y.%d.%m",
        _ => "%Y-%m-%dT00:00:00Z",
    };
    day.format(form).to_string()
}

#[test]
fn every_row_of_every_real_export_is_accounted_for() {
    let Some(folder) = folder() else { return };
    for (name, rows, damaged) in KNOWN {
        let path = folder.join(name);
        let reading = read_file(&path);
        assert!(reading.error.is_none(), "{name}: {:?}", reading.error);
        let (counted, counted_damaged, counted_sums) = count_plainly(&unzipped(&path));
        assert_eq!((counted, counted_damaged), (rows, damaged), "{name}");
        assert_eq!(reading.outgoing.len(), rows, "{name}");
        assert_eq!(
            reading.rejected().len(),
            damaged,
            "{name}: {:?}",
            reading.reasons().first()
        );
        assert!(
            reading
                .reasons()
                .iter()
                .all(|reason| reason.contains("column video_id: \"#")),
            "{name}"
        );

        let sample = counted_sums.keys().next().expect("a day").clone();
        let mut sums = BTreeMap::new();
        for (time, snapshot) in reading.snapshots() {
            let day = written_like(&sample, time.date_naive());
            *sums.entry(day).or_default() += snapshot.views.expect("views");
        }
        assert_eq!(sums, counted_sums, "{name}");
    }
}

#[test]
fn ranks_of_real_charts_have_gaps_only_where_a_row_could_not_be_read() {
    let Some(folder) = folder() else { return };
    for (name, ..) in KNOWN {
        let mut charts: BTreeMap<NaiveDate, BTreeMap<i32, HashSet<String>>> = BTreeMap::new();
        let reading = read_file(&folder.join(name));
        for (time, snapshot) in reading.snapshots() {
            let chart = charts.entry(time.date_naive()).or_default();
            let rank = snapshot.trending_rank.expect("a rank");
            chart.entry(rank).or_default().insert(snapshot.video_id.to_string());
        }
        let mut gaps = 0;
        for (day, chart) in charts {
            gaps += chart.keys().last().map_or(0, |last| *last as usize - chart.len());
            assert!(
                chart.values().all(|videos| videos.len() == 1),
                "{name} {day}: two videos on one place"
            );
        }
        assert!(gaps <= reading.rejected().len(), "{name}: {gaps} gaps");
    }
}

#[test]
fn the_path_and_the_compression_change_nothing() {
    let Some(folder) = folder() else { return };
    let elsewhere = tempfile::tempdir().expect("a folder");
    let path = folder.join("v2017nov_IN_5days_allcols.csv.gz");
    let copy = elsewhere.path().join("copy.csv");
    fs::write(&copy, unzipped(&path)).expect("written");
    let options = Options {
        region: Some(region("IN")),
        ..Options::default()
    };
    let (_, mut source) = open(&copy, &options).expect("an export");
    let reading = Reading::of(source.as_mut());
    assert_eq!(reading.ids(), read_file(&path).ids());
    assert_eq!(source.progress().done, fs::metadata(&copy).expect("a file").len());
    assert_eq!(source.progress().total, Some(source.progress().done));
}

#[test]
fn other_tables_of_the_same_folder_are_refused() {
    let Some(folder) = folder() else { return };
    for name in [
        "channels_daily_2026.csv.gz",
        "channels_reference_2026.csv.gz",
        "channel_videos_2026-01.csv.gz",
    ] {
        let error = open(&folder.join(name), &Options::default()).err().expect("accepted");
        assert!(matches!(error, OpenError::Header { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn real_category_lists_are_found_and_read() {
    let Some(folder) = folder() else { return };
    let exports: Vec<_> = KNOWN.iter().map(|(name, ..)| folder.join(name)).collect();
    let lists = category_files_beside(&exports, None);
    assert_eq!(lists.len(), 6, "{lists:?}");
    for list in lists {
        let names = read_file(&list).outgoing.len();
        let ids = String::from_utf8(unzipped(&list))
            .expect("text")
            .matches("\"id\":")
            .count();
        assert_eq!(names, ids, "{}", list.display());
    }
}

#[test]
fn a_real_export_can_come_from_any_reader() {
    let Some(folder) = folder() else { return };
    let file = File::open(folder.join("v2018scrape_US.csv.gz")).expect("a file");
    let mut source =
        Trending::from_reader("18.01.11_US_videos.csv", file, None, &Options::default()).expect("an export");
    assert_eq!(source.region(), &region("US"));
    assert_eq!(Reading::of(&mut source).snapshots().len(), 200);
}
