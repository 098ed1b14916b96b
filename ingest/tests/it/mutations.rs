//! Real samples, damaged at random: what [`checks`] says holds for them, too. `infra/fuzz.sh` goes on where this ends.

#[path = "../../fuzz/checks.rs"]
mod checks;

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use proptest::prelude::*;
use proptest::sample::Index;

/// No more of a sample is taken: damage is worth most at the beginning, where a file says what it is.
const LONGEST_SAMPLE: u64 = 6_000;

/// What files by hand look like, where no real ones are at hand.
const FILES: [&str; 7] = [
    "video_id,trending_date,title,channel_title,category_id,tags,views,likes\n2kyS6SvSYSE,17.14.11,WE WANT,Casey,22,\"a|\"\"b\"\"\",748374,57527\n",
    "Content,Video title,Video publish time,Views,Average view duration\nTotal,,,1999,0:03:10\n2kyS6SvSYSE,A title,\"Nov 14, 2017\",1000,0:03:10\n",
    "Category: All categories\n\nMonth,cats: (United States)\n2004-01,<1\n2004-02,14\n",
    "Category: All categories\n\nMonth,cats: (United States)\n\n2004-01,5\n",
    "Category: All categories\n\nCountry,cats: (1/1/04 - 3/1/22)\nUnited States,100\n",
    "TOP\ncats,100\n\nRISING\ncat food,Breakout\n",
    "channel_id,date,subscribers,views,videos\nUC_x5XG1OV2P6uZZ5FSM9Ttw,2026-01-01,100,2000,3\n",
];

const ANSWERS: [&str; 8] = [
    r#"{"items":[{"id":"2kyS6SvSYSE","snippet":{"title":"t","publishedAt":"2017-11-13T17:13:01Z","tags":["a"],"categoryId":"22"},"statistics":{"viewCount":"748374"},"contentDetails":{"duration":"PT15M33S"},"status":{"privacyStatus":"public"}}],"nextPageToken":"x"}"#,
    r#"{"columnHeaders":[{"name":"day"},{"name":"views"},{"name":"estimatedRevenue"}],"rows":[["2026-11-20",12,1.5]]}"#,
    r#"{"data":[{"id":"ch_1","object":"charge","amount":1000,"currency":"jpy","created":1700000000,"status":"succeeded"}]}"#,
    r#"{"data":{"children":[{"kind":"t3","data":{"name":"t3_a","title":"t","score":5,"created_utc":1700000000}}],"after":"t3_a"}}"#,
    r#"["cat",["cat videos","cats"]]"#,
    r#"{"default":{"timelineData":[{"time":"1795392000","formattedValue":["<1"],"hasData":[true]},{"time":"1795478400","formattedValue":["7"],"isPartial":true}]}}"#,
    r#"{"default":{"geoMapData":[{"geoCode":"US-CA","geoName":"California","formattedValue":["40"],"hasData":[true]}]}}"#,
    r#"{"default":{"rankedList":[{"rankedKeyword":[{"query":"cat food","value":100}]},{"rankedKeyword":[{"query":"cat gpt","value":41250}]}]}}"#,
];

/// One thing that goes wrong with bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, u8),
    Insert(Index, &'static str),
    Repeat(Index, Index),
}

/// What breaks parsers: ends, quotes, signs, sizes, other alphabets.
const INTRUDERS: [&str; 22] = [
    "",
    ",",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "\0",
    "-",
    "-1",
    "1e999",
    "99999999999999999999",
    "NaN",
    "null",
    "{}",
    "[]",
    "\u{feff}",
    "\u{ad}",
    "é",
    "٣",
    "\u{1f600}",
    "0001-01-01",
    "9999-12-31T23:59:60Z",
];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<u8>()).prop_map(|(at, count)| Damage::Remove(at, count)),
        (any::<Index>(), prop::sample::select(&INTRUDERS[..])).prop_map(|(at, text)| Damage::Insert(at, text)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(sample: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for damage in damages.iter().filter(|_| !sample.is_empty()) {
        let length = bytes.len().max(1);
        match damage {
            Damage::Flip(at, bits) => {
                if let Some(byte) = bytes.get_mut(at.index(length)) {
                    *byte ^= bits;
                }
            }
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Remove(at, count) => {
                let at = at.index(length).min(bytes.len());
                let end = (at + usize::from(*count)).min(bytes.len());
                bytes.drain(at..end);
            }
            Damage::Insert(at, text) => {
                let at = at.index(length).min(bytes.len());
                bytes.splice(at..at, text.bytes());
            }
            Damage::Repeat(from, to) => {
                let (from, to) = (from.index(length).min(bytes.len()), to.index(length).min(bytes.len()));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(from..from, piece);
            }
        }
    }
    bytes
}

/// The beginnings of real samples whose names end so, and those by hand.
fn samples(folders: &[&str], end: &str, by_hand: &[&str]) -> Vec<Vec<u8>> {
    let mut samples: Vec<Vec<u8>> = by_hand.iter().map(|text| text.as_bytes().to_vec()).collect();
    match std::env::var_os("YTEMPIRE_SHARED_DATA") {
        Some(data) => folders
            .iter()
            .for_each(|folder| collect(&Path::new(&data).join(folder), end, &mut samples)),
        None => eprintln!("YTEMPIRE_SHARED_DATA is not set: damaging samples by hand ONLY"),
    }
    samples
}

fn collect(folder: &Path, end: &str, samples: &mut Vec<Vec<u8>>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, end, samples);
        } else if path.to_string_lossy().ends_with(end) {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(&path).expect("a sample");
            GzDecoder::new(file)
                .take(LONGEST_SAMPLE)
                .read_to_end(&mut bytes)
                .expect("gzip");
            samples.push(bytes);
        }
    }
}

/// Answers have to be JSON before they are damaged, so they are taken whole, and damaged within their text.
fn whole_answers() -> Vec<Vec<u8>> {
    let mut samples = samples(&["youtube-api-samples", "reddit"], ".json.gz", &ANSWERS);
    samples.retain(|sample| serde_json::from_slice::<serde_json::Value>(sample).is_ok());
    samples
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_read_or_refused(which in any::<Index>(), damages in prop::collection::vec(damage(), 0..5)) {
        let samples = files();
        checks::file(&damaged(&samples[which.index(samples.len())], &damages));
    }
}

/// What bulk reports look like.
const BULK: [&str; 2] = [
    "date,channel_id,video_id,traffic_source_type,traffic_source_detail,operating_system,device_type,video_thumbnail_impressions,video_thumbnail_impressions_ctr\n20261120,UC_x5XG1OV2P6uZZ5FSM9Ttw,2kyS6SvSYSE,5,\"a, b\",2,104,100,0.045\n20261120,UC_x5XG1OV2P6uZZ5FSM9Ttw,,,,,,7.0,0\n",
    "date,channel_id,video_id,live_or_on_demand,subscribed_status,country_code,age_group,gender,views_percentage\n20261120,UC_x5XG1OV2P6uZZ5FSM9Ttw,2kyS6SvSYSE,on demand,subscribed,US,AGE_18_24,FEMALE,12.5\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_bulk_report_is_read_or_refused(which in 0..BULK.len(), damages in prop::collection::vec(damage(), 0..5)) {
        checks::bulk(&damaged(BULK[which].as_bytes(), &damages));
    }
}

const RATES: &str = "<?xml version='1.0'?><gesmes:Envelope xmlns:gesmes='http://www.gesmes.org/xml/2002-08-01'><Cube><Cube time='2026-11-25'>\
    <Cube currency='USD' rate='1.0946'/><Cube currency='JPY' rate='161.2'/></Cube></Cube></gesmes:Envelope>";

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_of_rates_is_read_or_refused(damages in prop::collection::vec(damage(), 0..5)) {
        checks::rates(&damaged(RATES.as_bytes(), &damages));
    }
}

const DELIVERY: &str = "<?xml version='1.0'?><feed xmlns:yt='http://www.youtube.com/xml/schemas/2015' xmlns='http://www.w3.org/2005/Atom'>\
    <entry><yt:videoId>2kyS6SvSYSE</yt:videoId><yt:channelId>UC_x5XG1OV2P6uZZ5FSM9Ttw</yt:channelId></entry></feed>";

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_delivery_is_read_or_refused(damages in prop::collection::vec(damage(), 0..5)) {
        checks::delivery(&damaged(DELIVERY.as_bytes(), &damages));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_answer_is_read_or_refused(which in any::<Index>(), damages in prop::collection::vec(damage(), 0..3)) {
        let samples = answers();
        checks::answer(&damaged(&samples[which.index(samples.len())], &damages));
    }
}

fn files() -> &'static [Vec<u8>] {
    static SAMPLES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    SAMPLES.get_or_init(|| {
        samples(
            &["youtube-trending", "youtube-studio", "google-trends"],
            ".csv.gz",
            &FILES,
        )
    })
}

/// Read once: there are thousands of cases.
fn answers() -> &'static [Vec<u8>] {
    static SAMPLES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    SAMPLES.get_or_init(whole_answers)
}

#[test]
fn undamaged_samples_hold_what_is_checked() {
    files().iter().for_each(|sample| checks::file(sample));
    assert!(answers().len() >= ANSWERS.len());
    answers().iter().for_each(|sample| checks::answer(sample));
}
