//! The region of an export, which stands in its name only.

use std::collections::BTreeSet;

use events::Region;
use thiserror::Error;

const ENDINGS: [&str; 3] = [".gz", ".csv", ".json"];

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegionError {
    #[error("standard input has no name that says which region it is from: say it with --region")]
    Nameless,
    #[error(
        "the name {name} does not say which region it is from (as USvideos.csv does){}: say it with --region",
        hint(.unknown)
    )]
    Unnamed {
        name: String,
        /// Two capital letters of the name that are no region.
        unknown: Vec<String>,
    },
    #[error("the name {name} may mean the regions {}: say which with --region", .regions.join(" or "))]
    Ambiguous { name: String, regions: Vec<String> },
}

fn hint(unknown: &[String]) -> String {
    if unknown.iter().any(|word| word == "UK") {
        return " (UK is no ISO 3166-1 code: the United Kingdom is GB)".to_owned();
    }
    match unknown.first() {
        Some(word) => format!(" ({word} is no ISO 3166-1 country code)"),
        None => String::new(),
    }
}

/// Looks for an ISO country code in capital letters that stands by itself (`18.01.11_US_videos.csv`) or before
/// `videos` (`USvideos.csv`). `name` is a file name without its folder.
pub(super) fn from_name(name: &str) -> Result<Region, RegionError> {
    let mut regions = BTreeSet::new();
    let mut unknown = Vec::new();
    for word in stem(name).split(|c: char| !c.is_alphanumeric()) {
        let Some(code) = code(word) else {
            continue;
        };
        match Region::new(code) {
            Ok(region) => _ = regions.insert(region),
            Err(_) => unknown.push(code.to_owned()),
        }
    }
    let name = name.to_owned();
    match (regions.pop_first(), regions.is_empty()) {
        (None, _) => Err(RegionError::Unnamed { name, unknown }),
        (Some(region), true) => Ok(region),
        (Some(first), false) => {
            let regions = [first].into_iter().chain(regions).map(String::from).collect();
            Err(RegionError::Ambiguous { name, regions })
        }
    }
}

fn stem(mut name: &str) -> &str {
    for ending in ENDINGS {
        let split = name.split_at_checked(name.len().saturating_sub(ending.len()));
        name = match split {
            Some((start, end)) if end.eq_ignore_ascii_case(ending) => start,
            _ => name,
        };
    }
    name
}

fn code(word: &str) -> Option<&str> {
    let (code, rest) = word.split_at_checked(2)?;
    let alone = rest.is_empty() || rest.eq_ignore_ascii_case("videos");
    (alone && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_have_them() {
        let names = [
            ("USvideos.csv", "US"),
            ("US_youtube_trending_data.csv", "US"),
            ("18.01.11_GB_videos.csv", "GB"),
            ("v2017nov_IN_full205days_numeric.csv.gz", "IN"),
            ("v2020_JP_first4days.csv.gz", "JP"),
            ("v2018scrape_US.csv.gz", "US"),
            ("FR_category_id.json", "FR"),
            ("DEvideos (1).csv", "DE"),
            ("US-trending-US.CSV.GZ", "US"),
        ];
        for (name, region) in names {
            assert_eq!(from_name(name).map(String::from), Ok(region.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_name_without_region_says_what_to_do() {
        for name in [
            "videos.csv",
            "export.csv.gz",
            "usvideos.csv",
            "",
            "é",
            "TVshows.csv",
            "USA.csv",
        ] {
            let error = from_name(name).expect_err("found").to_string();
            assert!(error.contains("--region"), "{error}");
        }
        let error = from_name("UKvideos.csv").expect_err("found").to_string();
        assert!(error.contains("United Kingdom is GB"), "{error}");
    }

    #[test]
    fn two_regions_are_ambiguous() {
        let error = from_name("MY_US_videos.csv").expect_err("found").to_string();
        assert!(error.contains("MY or US"), "{error}");
    }
}
