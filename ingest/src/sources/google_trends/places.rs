//! Places by the names that Google's interface gives them.
//!
//! `countries.tsv` has the names of each country in thirty languages: from the Unicode CLDR by way of Node's ICU
//! (`Intl.DisplayNames`), and a few that Google uses beside them.

use std::collections::HashMap;
use std::sync::LazyLock;

use events::Region;

const COUNTRIES: &str = include_str!("countries.tsv");

/// "Worldwide" as the interface has it.
const WORLD: [&str; 26] = [
    "worldwide",
    "world",
    "em todo o mundo",
    "todo o mundo",
    "mundo",
    "todo el mundo",
    "tous les pays",
    "dans tous les pays",
    "monde entier",
    "weltweit",
    "tutto il mondo",
    "wereldwijd",
    "cały świat",
    "na całym świecie",
    "dünya geneli",
    "dünya çapında",
    "весь мир",
    "по всему миру",
    "увесь світ",
    "すべての国",
    "全世界",
    "전 세계",
    "全球",
    "seluruh dunia",
    "hela världen",
    "hele verden",
];

static BY_NAME: LazyLock<HashMap<String, Region>> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    for line in COUNTRIES.lines() {
        let mut words = line.split('\t');
        let Some(Ok(region)) = words.next().map(Region::new) else {
            continue;
        };
        for name in words {
            by_name.entry(folded(name)).or_insert_with(|| region.clone());
        }
    }
    by_name
});

/// Where a signal is from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) region: Option<Region>,
    /// The name, where it is not the name of a country.
    pub(super) area: Option<String>,
}

impl Place {
    /// `within` is the country that the user named, which makes `name` a part of it unless it is its name.
    pub(super) fn of(name: &str, within: Option<&Region>) -> Self {
        let country = country(name);
        match within {
            Some(within) if country.as_ref() == Some(within) || is_world(name) => Self {
                region: Some(within.clone()),
                area: None,
            },
            Some(within) => Self::part(name, Some(within)),
            None if is_world(name) => Self::default(),
            None if country.is_some() => Self {
                region: country,
                area: None,
            },
            None => Self::part(name, None),
        }
    }

    /// A place that is no country.
    pub(super) fn part(name: &str, within: Option<&Region>) -> Self {
        Self {
            region: within.cloned(),
            area: Some(name.to_owned()),
        }
    }
}

pub(super) fn country(name: &str) -> Option<Region> {
    BY_NAME.get(&folded(name)).cloned()
}

fn is_world(name: &str) -> bool {
    WORLD.contains(&folded(name).as_str())
}

fn folded(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    lower.replace('\u{2019}', "'").replace(" & ", " and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, region: Option<&str>, area: Option<&str>) {
        let place = Place::of(name, None);
        assert_eq!(place.region.as_ref().map(Region::as_str), region, "{name}");
        assert_eq!(place.area.as_deref(), area, "{name}");
    }

    #[test]
    fn places_in_several_languages() {
        check("Worldwide", None, None);
        check("United States", Some("US"), None);
        check("Brasil", Some("BR"), None);
        check("日本", Some("JP"), None);
        check("Deutschland", Some("DE"), None);
        check("California", None, Some("California"));
    }

    #[test]
    fn the_country_named_by_the_user_wins() {
        let georgia = Region::new("US").ok();
        let place = Place::of("Georgia", georgia.as_ref());
        assert_eq!((place.region, place.area.as_deref()), (georgia, Some("Georgia")));
    }
}
