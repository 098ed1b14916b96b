//! House rules that a compiler does not know.

use std::path::{Path, PathBuf};

use events::Topic;
use events::fault::Point;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules", "tests", "benches"].contains(&&*name)
        {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// Every source file outside tests, with its text before the unit tests.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 50, "only {} source files found", found.len());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source file");
        let body = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        (path, body)
    };
    found.into_iter().map(read).collect()
}

#[test]
fn topic_names_are_written_in_the_catalogue_only() {
    for (path, text) in texts() {
        let is_catalogue = path.ends_with("streams/events/src/topic.rs");
        for topic in Topic::ALL {
            assert!(
                is_catalogue || !text.contains(topic.name()),
                "{} names {}",
                path.display(),
                topic.name()
            );
        }
    }
}

#[test]
fn nothing_below_the_executable_reads_clock_or_environment() {
    for (path, text) in texts() {
        if path.to_string_lossy().contains("infra/ytempire/src") {
            continue;
        }
        for word in ["Utc::now", "SystemTime::now", "env::var", "println!"] {
            assert!(
                !text.contains(word) || path.ends_with("build.rs"),
                "{} uses {word}",
                path.display()
            );
        }
    }
}

#[test]
fn a_process_is_killed_at_every_fault_point() {
    let read = |name: &str| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(name);
        std::fs::read_to_string(tests).expect("end-to-end tests")
    };
    let tests = read("faults.sh") + &read("retention.sh");
    for point in Point::ALL {
        assert!(
            tests.contains(&format!("\"{}=", point.name())),
            "nothing dies at {}",
            point.name()
        );
    }
}
