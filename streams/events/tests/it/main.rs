//! The JSON Schemas of the payload types are committed; a change of a type shows as a change of a file.
//! `UPDATE_SCHEMAS=1 cargo test -p events` writes them.

use std::path::PathBuf;

use events::{
    Alert, AnalyticsRow, CategoryName, ChannelSnapshot, Comment, ExchangeRate, Payload, RevenueRecord, TrendSignal,
    VideoSnapshot,
};

fn check<P: Payload>() {
    let schema = schemars::schema_for!(P);
    let text = serde_json::to_string_pretty(&schema).expect("a schema") + "\n";
    let name = format!("{}.json", P::TOPIC.name());
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed,
        text,
        "{} drifted from its type: an optional field may be added (UPDATE_SCHEMAS=1), anything else is a new topic",
        path.display()
    );
}

#[test]
fn schemas_are_those_of_the_types() {
    check::<VideoSnapshot>();
    check::<ChannelSnapshot>();
    check::<CategoryName>();
    check::<TrendSignal>();
    check::<RevenueRecord>();
    check::<ExchangeRate>();
    check::<AnalyticsRow>();
    check::<Comment>();
    check::<Alert>();
}
