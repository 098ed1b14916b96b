//! `i18nRegions.list` and `i18nLanguages.list`.

use isocountry::CountryCode;
use serde_json::{Value, json};

use super::answer::resource;
use super::parts::Parts;
use crate::google::{Call, Refusal};
use crate::moment::Moment;

pub(super) const PARAMETERS: &[&str] = &["part", "hl"];

#[rustfmt::skip]
const REGIONS: [&str; 60] = [
    "AE", "AR", "AT", "AU", "BD", "BE", "BG", "BR", "CA", "CH", "CL", "CO", "CZ", "DE", "DK", "DZ", "EG", "ES", "FI", "FR",
    "GB", "GR", "HK", "HR", "HU", "ID", "IE", "IL", "IN", "IT", "JP", "KE", "KR", "KW", "MA", "MX", "MY", "NG", "NL", "NO",
    "NZ", "PE", "PH", "PK", "PL", "PT", "QA", "RO", "RS", "RU", "SA", "SE", "SG", "TH", "TR", "TW", "UA", "US", "VN", "ZA",
];

const LANGUAGES: [(&str, &str); 20] = [
    ("ar", "Arabic"),
    ("bn", "Bangla"),
    ("de", "German"),
    ("en", "English"),
    ("en-GB", "English (United Kingdom)"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("hi", "Hindi"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ru", "Russian"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("zh-CN", "Chinese"),
    ("zh-TW", "Chinese (Taiwan)"),
];

pub(super) fn regions(_: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    Parts::of(call, &["snippet"])?;
    let region = |code: &str| {
        let name = CountryCode::for_alpha2(code).map_or(code, |country| country.name());
        resource(
            "youtube#i18nRegion",
            json!(code),
            json!({"snippet": {"gl": code, "name": plain(name)}}),
        )
    };
    let items: Vec<Value> = REGIONS.iter().map(|code| region(code)).collect();
    Ok(json!({"kind": "youtube#i18nRegionListResponse", "etag": "", "items": items}))
}

pub(super) fn languages(_: &Moment<'_>, call: &Call) -> Result<Value, Refusal> {
    Parts::of(call, &["snippet"])?;
    let language = |(code, name): &(&str, &str)| {
        resource(
            "youtube#i18nLanguage",
            json!(code),
            json!({"snippet": {"hl": code, "name": name}}),
        )
    };
    let items: Vec<Value> = LANGUAGES.iter().map(language).collect();
    Ok(json!({"kind": "youtube#i18nLanguageListResponse", "etag": "", "items": items}))
}

/// ISO's name without what diplomats added, as YouTube has it.
fn plain(name: &str) -> &str {
    match name {
        "United States of America" => "United States",
        "United Kingdom of Great Britain and Northern Ireland" => "United Kingdom",
        "Korea (Republic of)" => "South Korea",
        "Russian Federation" => "Russia",
        "Viet Nam" => "Vietnam",
        other => other.split([',', '(', '[']).next().unwrap_or(other).trim(),
    }
}
