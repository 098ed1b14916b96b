//! What holds for any bytes: nothing panics, nothing is lost, and an event can be read again.

use std::io::Write;

use chrono::{DateTime, NaiveDate};
use ingest::Outgoing;
use ingest::sources::analytics::{parse as analytics, report};
use ingest::sources::file::{Kind, Options, open};
use ingest::sources::google_trends::widget;
use ingest::sources::reddit::parse::{self as reddit, Listing};
use ingest::sources::reporting::{kind, parse as reporting};
use ingest::sources::websub::notice;
use ingest::sources::youtube::parse as youtube;
use ingest::sources::{adsense, exchange_rates, stripe, suggestions, x};
use serde_json::Value;

/// A file, as what it shows itself to be, and as each kind that it may be said to be.
pub fn file(bytes: &[u8]) {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    let kinds = std::iter::once(None).chain(Kind::ALL.map(Some));
    for kind in kinds {
        let options = Options {
            kind,
            region: events::Region::new("US").ok(),
            channel: events::ChannelId::new("UC_x5XG1OV2P6uZZ5FSM9Ttw").ok(),
            period: "2021-01-01..2021-01-31".parse().ok(),
            now: None,
        };
        for opened in open(file.path(), &options) {
            let Ok(mut source) = opened.source else { continue };
            let mut is_broken = false;
            while let Some(next) = source.next() {
                assert!(!is_broken, "a source goes on after its end");
                match next {
                    Ok(outgoing) => sound(&outgoing),
                    Err(_) => is_broken = true,
                }
            }
        }
    }
}

/// What a hub delivers.
pub fn delivery(bytes: &[u8]) {
    let _ = notice::notices(bytes);
}

/// A file of exchange rates.
pub fn rates(bytes: &[u8]) {
    if let Ok(days) = exchange_rates::days(bytes) {
        exchange_rates::records(&days).iter().for_each(sound);
    }
}

/// A bulk report, as one of each kind.
pub fn bulk(bytes: &[u8]) {
    for kind in kind::ALL {
        let about = reporting::About {
            channel: "UC_x5XG1OV2P6uZZ5FSM9Ttw",
            kind,
            made: DateTime::from_timestamp(1_800_000_000, 0).expect("a time"),
        };
        if let Ok(records) = reporting::rows(bytes, about) {
            records.iter().for_each(sound);
        }
    }
}

/// An answer, as each vendor's.
pub fn answer(bytes: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let at = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    let day = NaiveDate::from_ymd_opt(2026, 11, 25).expect("a day");
    let region = events::Region::new("US").expect("a region");
    let asked = youtube::Asked {
        observed_at: at,
        ids: &[],
        region: Some(&region),
        ranked: None,
    };
    let threads = youtube::threads(&answer, None, at);
    let mut records = vec![
        youtube::videos(&answer, asked),
        youtube::channels(&answer, at),
        threads.records,
        youtube::replies(&answer, None, None, at),
        youtube::categories(&answer, &region, at),
        stripe::parse::records(&answer, "UC_x5XG1OV2P6uZZ5FSM9Ttw", at),
        adsense::parse::records(&answer, "pub-1", "UC_x5XG1OV2P6uZZ5FSM9Ttw", day),
        reddit::posts(&answer, Listing::Search("words"), at).records,
        suggestions::signals(&answer, "words", Some(&region), at),
        x::counts(&answer, "words"),
    ];
    for report in report::ALL {
        let about = analytics::About {
            channel: "UC_x5XG1OV2P6uZZ5FSM9Ttw",
            report,
            day,
            is_final: true,
        };
        records.push(analytics::rows(&answer, about));
    }
    for kind in widget::Kind::ALL {
        let asked = widget::Asked {
            words: "words",
            region: Some(&region),
            begin: at - chrono::TimeDelta::days(90),
            end: at,
        };
        records.push(kind.signals(&answer, asked));
    }
    records.iter().flatten().for_each(sound);
    let _ = (
        youtube::next_page(&answer),
        youtube::total(&answer),
        youtube::regions(&answer),
    );
    let _ = (
        youtube::playlist(&answer),
        youtube::found(&answer),
        stripe::parse::last(&answer),
    );
}

/// A rejected record says why; an event is an object of JSON.
fn sound(outgoing: &Outgoing) {
    match outgoing.is_rejected() {
        true => assert!(
            outgoing
                .envelope
                .reject_reason
                .as_ref()
                .is_some_and(|reason| !reason.is_empty())
        ),
        false => {
            let body: Value = serde_json::from_slice(&outgoing.body).expect("an event is JSON");
            assert!(body.is_object(), "{body}");
        }
    }
}
