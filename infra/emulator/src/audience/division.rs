//! How views divide: by country, traffic source, device and so on. Shares are per mille; the names are those of the
//! Analytics API, the codes those of the bulk reports of the Reporting API.

use super::Sums;

/// A dimension by which views divide.
#[derive(Debug)]
pub(crate) struct Division {
    /// As the Analytics API calls it.
    pub(crate) name: &'static str,
    parts: &'static [Part],
}

#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// In bulk reports; empty where YouTube tells nothing.
    pub(crate) code: &'static str,
    share: i64,
}

const fn part(name: &'static str, code: &'static str, share: i64) -> Part {
    Part { name, code, share }
}

pub(crate) const fn divisions() -> &'static [Division] {
    &DIVISIONS
}

/// Home stands for the channel's own country.
const HOME: &str = "HOME";

static DIVISIONS: [Division; 9] = [
    Division {
        name: "country",
        parts: &[
            part(HOME, HOME, 520),
            part("US", "US", 130),
            part("GB", "GB", 70),
            part("DE", "DE", 60),
            part("BR", "BR", 50),
            part("IN", "IN", 50),
            part("JP", "JP", 40),
            part("CA", "CA", 30),
            part("FR", "FR", 20),
            part("MX", "MX", 20),
            part("ZZ", "", 10),
        ],
    },
    Division {
        name: "insightTrafficSourceType",
        parts: &[
            part("SUBSCRIBER", "3", 270),
            part("RELATED_VIDEO", "7", 230),
            part("YT_SEARCH", "5", 190),
            part("EXT_URL", "9", 90),
            part("SHORTS", "24", 70),
            part("YT_CHANNEL", "4", 60),
            part("NOTIFICATION", "17", 40),
            part("PLAYLIST", "14", 20),
            part("END_SCREEN", "20", 10),
            part("NO_LINK_OTHER", "0", 10),
            part("YT_OTHER_PAGE", "8", 10),
        ],
    },
    Division {
        name: "deviceType",
        parts: &[
            part("MOBILE", "104", 560),
            part("DESKTOP", "101", 220),
            part("TV", "102", 150),
            part("TABLET", "105", 60),
            part("GAME_CONSOLE", "103", 10),
        ],
    },
    Division {
        name: "operatingSystem",
        parts: &[
            part("ANDROID", "4", 420),
            part("IOS", "5", 230),
            part("WINDOWS", "2", 190),
            part("MACINTOSH", "18", 60),
            part("SMART_TV", "13", 80),
            part("OTHER", "", 20),
        ],
    },
    Division {
        name: "subscribedStatus",
        parts: &[
            part("SUBSCRIBED", "subscribed", 310),
            part("UNSUBSCRIBED", "not_subscribed", 690),
        ],
    },
    Division {
        name: "liveOrOnDemand",
        parts: &[part("ON_DEMAND", "on demand", 1000)],
    },
    Division {
        name: "youtubeProduct",
        parts: &[
            part("CORE", "CORE", 950),
            part("MUSIC", "MUSIC", 30),
            part("KIDS", "KIDS", 20),
        ],
    },
    Division {
        name: "insightPlaybackLocationType",
        parts: &[
            part("WATCH", "0", 880),
            part("SHORTS_FEED", "10", 70),
            part("EMBEDDED", "1", 30),
            part("YT_OTHER", "8", 20),
        ],
    },
    Division {
        name: "sharingService",
        parts: &[
            part("WHATS_APP", "59", 480),
            part("COPY_PASTE", "92", 320),
            part("TWITTER", "3", 120),
            part("OTHER", "1", 80),
        ],
    },
];

impl Division {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        divisions().iter().find(|division| division.name == name)
    }

    /// The parts of some sums: name, code, and what falls on it.
    pub(crate) fn of(&self, sums: Sums, home: &str) -> Vec<(String, String, Sums)> {
        let mut from = 0;
        let mut divided: Vec<(String, String, Sums)> = Vec::with_capacity(self.parts.len());
        for part in self.parts {
            let until = from + part.share;
            let share = sums.between(from, until);
            from = until;
            let here = |text: &str| if text == HOME { home } else { text }.to_owned();
            let name = here(part.name);
            match divided.iter_mut().find(|(known, _, _)| *known == name) {
                Some((_, _, known)) => known.add(share),
                None => divided.push((name, here(part.code), share)),
            }
        }
        divided
    }
}

#[cfg(test)]
mod tests {
    use ingest::sources::simulate::Counters;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_add_up(views in 0..10_000_000_i64, likes in 0..100_000_i64) {
            let whole = Sums::of(Counters { views, likes, comments: 7 });
            for division in divisions() {
                let mut sum = Sums::default();
                for (_, _, part) in division.of(whole, "US") {
                    sum.add(part);
                }
                prop_assert_eq!(sum, whole, "{}", division.name);
            }
        }
    }
}
