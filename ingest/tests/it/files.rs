//! Files that people have: each is recognised by what is in it, and every row of it is accounted for.

use std::env;
use std::path::{Path, PathBuf};

use events::payload::{Report, Scale};
use events::{AnalyticsRow, TrendSignal};
use ingest::Outgoing;
use ingest::sources::file::{Kind, Opened, Options, open};
use serde::de::DeserializeOwned;

use crate::reading::Reading;

/// Files whose counts are known: what they are, records, and rejected ones among them.
const KNOWN: [(&str, Kind, usize, usize); 19] = [
    (
        "youtube-studio/chanA/Table data.csv.gz",
        Kind::YoutubeStudioTable,
        443,
        0,
    ),
    (
        "youtube-studio/chanA/Chart data.csv.gz",
        Kind::YoutubeStudioChart,
        1825,
        0,
    ),
    ("youtube-studio/chanA/Totals.csv.gz", Kind::YoutubeStudioTotals, 365, 0),
    (
        "youtube-studio/chanB_traffic/Table data.csv.gz",
        Kind::YoutubeStudioTable,
        13,
        0,
    ),
    (
        "youtube-studio/chanB_traffic/Chart data.csv.gz",
        Kind::YoutubeStudioChart,
        10439,
        0,
    ),
    (
        "youtube-studio/chanB_traffic/Totals.csv.gz",
        Kind::YoutubeStudioTotals,
        803,
        0,
    ),
    (
        "youtube-studio/chanC_shorts/Table data.csv.gz",
        Kind::YoutubeStudioTable,
        72,
        0,
    ),
    (
        "youtube-studio/chanD/Table data.csv.gz",
        Kind::YoutubeStudioTable,
        25,
        0,
    ),
    (
        "youtube-studio/kenjee/All_Comments_Final.csv.gz",
        Kind::YoutubeComments,
        10240,
        0,
    ),
    (
        "youtube-trending/channels_daily_2026.csv.gz",
        Kind::YoutubeChannelTracker,
        4628,
        0,
    ),
    (
        "youtube-trending/channels_reference_2026.csv.gz",
        Kind::YoutubeChannelTracker,
        225,
        0,
    ),
    (
        "youtube-trending/channel_videos_2026-01.csv.gz",
        Kind::YoutubeChannelTracker,
        4401,
        0,
    ),
    (
        "google-trends/en_monthly_1term_US.csv.gz",
        Kind::GoogleTrendsInterest,
        219,
        0,
    ),
    (
        "google-trends/en_monthly_lessthan1_US.csv.gz",
        Kind::GoogleTrendsInterest,
        219,
        0,
    ),
    (
        "google-trends/en_weekly_1term.csv.gz",
        Kind::GoogleTrendsInterest,
        262,
        0,
    ),
    (
        "google-trends/en_weekly_3terms_US.csv.gz",
        Kind::GoogleTrendsInterest,
        3 * 261,
        0,
    ),
    (
        "google-trends/en_weekly_noheader_2terms.csv.gz",
        Kind::GoogleTrendsInterest,
        2 * 261,
        0,
    ),
    (
        "google-trends/pt_monthly_5terms_lessthan1.csv.gz",
        Kind::GoogleTrendsInterest,
        5 * 234,
        0,
    ),
    ("google-trends/pt_geoMap.csv.gz", Kind::GoogleTrendsRegions, 19, 0),
];

/// The folder of real files, or a loud word that nothing is tested.
fn shared() -> Option<PathBuf> {
    let folder = env::var_os("YTEMPIRE_SHARED_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("YTEMPIRE_SHARED_DATA is not set: NOT testing with real files");
    }
    folder
}

pub(crate) fn open_one(path: &Path, options: &Options) -> Opened {
    let mut opened = open(path, options);
    assert_eq!(opened.len(), 1, "{}", path.display());
    opened.remove(0)
}

pub(crate) fn read(path: &Path, options: &Options) -> (Kind, Reading) {
    let opened = open_one(path, options);
    let mut source = opened.source.unwrap_or_else(|error| panic!("{error}"));
    (opened.kind.expect("a kind"), Reading::of(source.as_mut()))
}

/// What a file of this name and text is, and what comes out of it.
pub(crate) fn read_text(name: &str, text: impl AsRef<[u8]>, options: &Options) -> (Kind, Reading) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("written");
    read(&path, options)
}

pub(crate) fn payloads<P: DeserializeOwned>(reading: &Reading) -> Vec<P> {
    let events = reading.outgoing.iter().filter(|outgoing| !outgoing.is_rejected());
    events
        .map(|outgoing| serde_json::from_slice(&outgoing.body).expect("its type"))
        .collect()
}

pub(crate) fn times(reading: &Reading) -> Vec<String> {
    let time = |outgoing: &Outgoing| outgoing.envelope.time.map(|time| time.format("%F").to_string());
    reading.outgoing.iter().filter_map(time).collect()
}

#[test]
fn every_real_file_is_recognised_and_read() {
    let Some(folder) = shared() else { return };
    for (name, kind, records, rejected) in KNOWN {
        let (read_as, reading) = read(&folder.join(name), &Options::default());
        assert!(reading.error.is_none(), "{name}: {:?}", reading.error);
        assert_eq!(read_as, kind, "{name}");
        let counts = (reading.outgoing.len(), reading.rejected().len());
        assert_eq!(counts, (records, rejected), "{name}: {:?}", reading.reasons().first());
        let (_, again) = read(&folder.join(name), &Options::default());
        assert_eq!(again.ids(), reading.ids(), "{name}");
    }
}

#[test]
fn every_other_shared_file_is_read_or_refused_with_a_reason() {
    let Some(folder) = shared() else { return };
    let paths = ingest::expand_folders(&[folder.to_string_lossy()]).expect("files");
    for path in paths {
        let opened = open_one(&path, &Options::default());
        let name = path.display().to_string();
        let is_table = name.contains(".csv") || name.contains("_category_id.json");
        assert!(
            opened.source.is_err() || is_table,
            "{name} was taken for {:?}",
            opened.kind
        );
        if let Err(error) = opened.source {
            let file = path.file_name().expect("a name").to_string_lossy();
            assert!(error.to_string().contains(&*file), "{error}");
            assert!(!name.contains("csv") && !name.contains("category_id"), "{error}");
        }
    }
}

#[test]
fn the_total_of_a_real_table_is_of_the_channel_and_the_sum_of_its_parts() {
    let Some(folder) = shared() else { return };
    let table = folder.join("youtube-studio/chanA/Table data.csv.gz");
    let rows: Vec<AnalyticsRow> = payloads(&read(&table, &Options::default()).1);
    let (total, videos): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.report == Report::Basic);
    assert_eq!(
        (total.len(), total[0].views, total[0].video_id.is_none()),
        (1, Some(181_588), true)
    );
    assert!(
        videos
            .iter()
            .all(|row| row.report == Report::Content && row.video_id.is_some())
    );
    assert!((total[0].click_through_rate.expect("a rate") - 0.0168).abs() < 1e-9);
}

#[test]
fn shares_of_real_regions_are_percentages_of_their_period() {
    let Some(folder) = shared() else { return };
    let (_, reading) = read(&folder.join("google-trends/pt_geoMap.csv.gz"), &Options::default());
    let signals: Vec<TrendSignal> = payloads(&reading);
    assert_eq!((signals[0].value, signals[0].scale), (11.0, Scale::Share));
    assert_eq!(signals[0].area.as_deref(), Some("Rio de Janeiro"));
    assert_eq!(times(&reading)[0], "2023-07-01");
}
