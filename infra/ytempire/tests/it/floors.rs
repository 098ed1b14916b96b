//! The house: a crate imports only from lower floors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Table;

/// Crate, folder, floor. Two crates of one floor never import each other.
const HOUSE: &[(&str, &str, u32)] = &[
    ("events", "streams/events", 0),
    ("log", "streams/log", 1),
    ("lake", "batch/lake", 1),
    ("features", "features", 2),
    ("models", "models", 2),
    ("ingest", "ingest", 3),
    ("streams", "streams", 3),
    ("batch", "batch", 3),
    ("serving", "serving", 3),
    ("api", "api", 4),
    ("embedded", "infra/embedded", 4),
    ("emulator", "infra/emulator", 4),
    ("ytempire", "infra/ytempire", 5),
];

/// Heavy crates and the only doors they come in by.
const DOORS: &[(&str, &[&str])] = &[
    ("rdkafka", &["log"]),
    ("deltalake", &["lake"]),
    ("datafusion", &["features", "batch"]),
    ("polars", &["models"]),
    ("ort", &["models"]),
    ("tansu-broker", &["embedded"]),
    ("axum", &["api", "emulator", "ytempire"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifest(folder: &str) -> Table {
    let path = root().join(folder).join("Cargo.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().expect("a manifest")
}

fn dependencies(folder: &str) -> Vec<String> {
    let manifest = manifest(folder);
    let table = manifest.get("dependencies").and_then(|found| found.as_table());
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn every_crate_has_its_floor_and_the_name_of_its_folder() {
    let workspace = manifest("");
    let members = workspace["workspace"]["members"].as_array().expect("members");
    let mut members: Vec<&str> = members.iter().filter_map(|member| member.as_str()).collect();
    members.sort_unstable();
    let mut housed: Vec<&str> = HOUSE.iter().map(|(_, folder, _)| *folder).collect();
    housed.sort_unstable();
    assert_eq!(members, housed);
    for (name, folder, _) in HOUSE {
        assert_eq!(manifest(folder)["package"]["name"].as_str(), Some(*name));
        assert_eq!(folder.rsplit('/').next(), Some(*name));
    }
}

#[test]
fn a_crate_imports_only_from_lower_floors() {
    let floors: BTreeMap<&str, u32> = HOUSE.iter().map(|(name, _, floor)| (*name, *floor)).collect();
    for (name, folder, floor) in HOUSE {
        for dependency in dependencies(folder) {
            if let Some(below) = floors.get(dependency.as_str()) {
                assert!(
                    below < floor,
                    "{name} (floor {floor}) imports {dependency} (floor {below})"
                );
            }
        }
    }
}

#[test]
fn heavy_crates_come_in_by_their_door() {
    for (name, folder, _) in HOUSE {
        for dependency in dependencies(folder) {
            if let Some((_, doors)) = DOORS.iter().find(|(heavy, _)| *heavy == dependency) {
                assert!(
                    doors.contains(name),
                    "{dependency} belongs to {doors:?}, {name} imports it"
                );
            }
        }
    }
}
