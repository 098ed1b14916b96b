//! Lists of category names.

use std::fs;
use std::path::Path;

use events::{CategoryName, Topic};
use ingest::sources::trending::{OpenError, Options, category_files_beside, open};

use crate::reading::{gzip, read_file, region};

const LIST: &str = r#"{"kind": "youtube#videoCategoryListResponse", "etag": "x", "items": [
    {"kind": "youtube#videoCategory", "id": "1", "snippet": {"title": "Film & Animation", "assignable": true}},
    {"kind": "youtube#videoCategory", "id": "44", "snippet": {"title": "Trailers", "assignable": false}}]}"#;

fn written(folder: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn a_list_gives_one_event_per_category() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = read_file(&written(folder.path(), "US_category_id.json", LIST.as_bytes()));
    let names: Vec<CategoryName> = plain
        .outgoing
        .iter()
        .map(|out| serde_json::from_slice(&out.body).expect("a name"))
        .collect();
    assert_eq!(names.len(), 2);
    assert_eq!(
        (names[1].category_id, names[1].title.as_str(), names[1].assignable),
        (44, "Trailers", Some(false))
    );
    assert_eq!(plain.outgoing[0].topic, Topic::Categories);
    assert_eq!(plain.outgoing[0].key.as_deref(), Some("US/1"));
    let zipped = read_file(&written(
        folder.path(),
        "US_category_id.json.gz",
        &gzip(LIST.as_bytes()),
    ));
    assert_eq!(zipped.ids(), plain.ids());
}

#[test]
fn other_json_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = LIST.replace("\"44\"", "\"x\"");
    for text in [
        "{}",
        "{\"kind\": \"youtube#videoListResponse\", \"items\": []}",
        &LIST[..100],
        &broken,
    ] {
        let path = written(folder.path(), "US_category_id.json", text.as_bytes());
        let error = open(&path, &Options::default()).err().expect("accepted");
        assert!(matches!(error, OpenError::NotCategories { .. }), "{error}");
    }
}

#[test]
fn lists_are_found_beside_exports_of_their_region() {
    let folder = tempfile::tempdir().expect("a folder");
    let us = written(folder.path(), "US_category_id.json", b"");
    let france = written(folder.path(), "FR_category_id.json.gz", b"");
    written(folder.path(), "JP_category_id.json", b"");
    written(folder.path(), "US_other.json", b"");
    let exports = ["USvideos.csv", "FRvideos.csv", "nameless.csv"].map(|name| folder.path().join(name));
    assert_eq!(category_files_beside(&exports, None), [france.clone(), us.clone()]);
    assert_eq!(category_files_beside(&exports, Some(&region("US"))), [us]);
    assert!(category_files_beside(&["-".into()], Some(&region("US"))).is_empty());
}
