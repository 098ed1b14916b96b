//! Countries: when their people watch, and what their views are worth.

use events::Region;
use models::growth::Rhythm;

/// Habits of one country.
#[derive(Debug, PartialEq)]
pub(super) struct Country {
    code: &'static str,
    /// To the nearest hour, without daylight saving.
    utc_offset_hours: i64,
    /// What a thousand views bring, relative to the United States.
    pub(super) rpm_factor: f64,
    /// Countries that watch each other's videos.
    pub(super) language: &'static str,
    /// Days off, Monday 0.
    weekend: [usize; 2],
}

const fn country(code: &'static str, utc_offset_hours: i64, rpm_factor: f64, language: &'static str) -> Country {
    Country {
        code,
        utc_offset_hours,
        rpm_factor,
        language,
        weekend: [5, 6],
    }
}

const fn with_weekend(weekend: [usize; 2], country: Country) -> Country {
    Country { weekend, ..country }
}

static COUNTRIES: [Country; 18] = [
    country("US", -6, 1.0, "en"),
    country("CA", -5, 0.9, "en"),
    country("GB", 0, 0.85, "en"),
    country("AU", 10, 0.95, "en"),
    country("DE", 1, 0.9, "de"),
    country("FR", 1, 0.7, "fr"),
    country("ES", 1, 0.5, "es"),
    country("MX", -6, 0.3, "es"),
    country("IT", 1, 0.55, "it"),
    country("BR", -3, 0.25, "pt"),
    country("RU", 3, 0.2, "ru"),
    country("IN", 5, 0.15, "hi"),
    country("ID", 7, 0.15, "id"),
    country("JP", 9, 0.75, "ja"),
    country("KR", 9, 0.7, "ko"),
    country("AE", 4, 0.6, "ar"),
    with_weekend([4, 5], country("SA", 3, 0.5, "ar")),
    with_weekend([4, 5], country("EG", 2, 0.12, "ar")),
];

/// Every other country.
static ELSEWHERE: Country = country("", 0, 0.4, "");

/// Relative audience at each local hour: a trough before dawn, a peak in the evening.
const HOURS: [f64; 24] = [
    0.60, 0.40, 0.28, 0.22, 0.20, 0.24, 0.36, 0.52, 0.66, 0.76, 0.84, 0.92, 1.02, 1.04, 1.06, 1.12, 1.24, 1.40, 1.56,
    1.72, 1.84, 1.80, 1.44, 0.98,
];
const DAY_OFF: f64 = 1.28;

impl Country {
    pub(super) fn of(region: &Region) -> &'static Country {
        COUNTRIES
            .iter()
            .find(|country| country.code == region.as_str())
            .unwrap_or(&ELSEWHERE)
    }

    /// When this country watches, in hours of a week that begins on Monday 00:00 UTC.
    pub(super) fn rhythm(&self) -> Rhythm {
        let mut audience = [0.0; 168];
        for (hour, audience) in audience.iter_mut().enumerate() {
            let local = (hour as i64 + self.utc_offset_hours).rem_euclid(168) as usize;
            let off = self.weekend.contains(&(local / 24));
            *audience = HOURS[local % 24] * if off { DAY_OFF } else { 1.0 };
        }
        Rhythm::from_hours(&audience)
    }

    /// Seconds to add to a local time of day to have it in UTC.
    pub(super) fn to_utc_seconds(&self) -> i64 {
        -self.utc_offset_hours * super::calendar::HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rhythm(code: &str) -> Rhythm {
        Country::of(&Region::new(code).expect("a region")).rhythm()
    }

    fn day(rhythm: &Rhythm, day: f64) -> f64 {
        rhythm.shown_days(day + 1.0) - rhythm.shown_days(day)
    }

    #[test]
    fn days_off_are_those_of_the_country() {
        let (germany, arabia) = (rhythm("DE"), rhythm("SA"));
        assert!(
            day(&germany, 6.0) > 1.15 * day(&germany, 3.0),
            "sunday against thursday"
        );
        assert!(day(&arabia, 4.0) > 1.15 * day(&arabia, 6.0), "friday against sunday");
    }

    #[test]
    fn evenings_come_earlier_in_the_east() {
        let hour = |rhythm: &Rhythm, hour: f64| rhythm.shown_days((hour + 1.0) / 24.0) - rhythm.shown_days(hour / 24.0);
        let (japan, america) = (rhythm("JP"), rhythm("US"));
        assert!(
            hour(&japan, 11.0) > 2.0 * hour(&america, 11.0),
            "20:00 in Tokyo is 05:00 in Chicago"
        );
    }
}
