//! Whoever sends events has a class: it decides how long they may be kept.

use std::path::Path;

use events::SourceClass;

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            let names = text.split("SOURCE: &str = \"").skip(1);
            found.extend(names.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
}

#[test]
fn every_source_has_a_class() {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 12, "{found:?}");
    for source in found {
        assert_ne!(
            SourceClass::of(&source),
            SourceClass::Unknown,
            "{source} is not in streams/events/src/source_class.rs"
        );
    }
}
