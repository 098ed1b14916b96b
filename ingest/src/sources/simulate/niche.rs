//! Niches: what channels are about, how they name things, and what their views are worth.

/// One niche. Money is for the United States.
#[derive(Debug)]
pub(super) struct Niche {
    /// YouTube's category id.
    pub(super) category_id: i32,
    pub(super) name: &'static str,
    /// Revenue per thousand views, in cents.
    pub(super) rpm_cents: f64,
    pub(super) likes_per_view: f64,
    pub(super) comments_per_view: f64,
    /// Second words of channel titles.
    pub(super) surnames: [&'static str; 4],
    pub(super) keywords: [&'static str; KEYWORDS_PER_NICHE],
}

pub(super) const KEYWORDS_PER_NICHE: usize = 8;

/// A keyword is known by its number: niche after niche.
pub(super) fn keyword(number: usize) -> &'static str {
    NICHES[number / KEYWORDS_PER_NICHE].keywords[number % KEYWORDS_PER_NICHE]
}

/// The number of a keyword, whatever its case.
pub(super) fn number_of(text: &str) -> Option<usize> {
    (0..NICHES.len() * KEYWORDS_PER_NICHE).find(|number| keyword(*number).eq_ignore_ascii_case(text))
}

#[rustfmt::skip]
pub(super) static NICHES: [Niche; 14] = [
    Niche { category_id: 1, name: "film", rpm_cents: 330.0, likes_per_view: 0.035, comments_per_view: 0.0040,
        surnames: ["Films", "Frames", "Animation", "Cinema"],
        keywords: ["stop motion", "short film", "trailer breakdown", "movie props", "film score", "claymation", "indie horror", "anime opening"] },
    Niche { category_id: 2, name: "cars", rpm_cents: 520.0, likes_per_view: 0.031, comments_per_view: 0.0045,
        surnames: ["Garage", "Motors", "Drives", "Torque"],
        keywords: ["electric pickup", "barn find", "engine swap", "track day", "car detailing", "drift build", "used car inspection", "camper van"] },
    Niche { category_id: 10, name: "music", rpm_cents: 160.0, likes_per_view: 0.048, comments_per_view: 0.0030,
        surnames: ["Sessions", "Beats", "Strings", "Sound"],
        keywords: ["lofi beats", "piano cover", "guitar riff", "vocal coach reacts", "synthwave", "live session", "drum solo", "bass tutorial"] },
    Niche { category_id: 15, name: "pets", rpm_cents: 290.0, likes_per_view: 0.046, comments_per_view: 0.0035,
        surnames: ["Paws", "Tails", "Aquatics", "Farm"],
        keywords: ["rescue dog", "puppy training", "cat compilation", "planted aquarium", "parrot tricks", "raw feeding", "horse rescue", "hamster maze"] },
    Niche { category_id: 17, name: "sports", rpm_cents: 310.0, likes_per_view: 0.027, comments_per_view: 0.0042,
        surnames: ["Athletics", "Sports", "Pitch", "Court"],
        keywords: ["penalty shootout", "marathon training", "transfer news", "slam dunk", "home workout", "trail running", "climbing wall", "world record"] },
    Niche { category_id: 19, name: "travel", rpm_cents: 410.0, likes_per_view: 0.033, comments_per_view: 0.0031,
        surnames: ["Abroad", "Wanders", "Trails", "Maps"],
        keywords: ["night train", "street food tour", "budget travel", "van life", "hidden beach", "city walk", "solo hiking", "airport lounge"] },
    Niche { category_id: 20, name: "gaming", rpm_cents: 240.0, likes_per_view: 0.041, comments_per_view: 0.0056,
        surnames: ["Plays", "Gaming", "Speedruns", "Respawn"],
        keywords: ["speedrun", "survival base", "boss fight", "patch notes", "ranked climb", "retro console", "mod showcase", "hardcore challenge"] },
    Niche { category_id: 22, name: "life", rpm_cents: 280.0, likes_per_view: 0.042, comments_per_view: 0.0060,
        surnames: ["Diaries", "Daily", "Vlogs", "At Home"],
        keywords: ["day in the life", "tiny apartment", "moving abroad", "digital detox", "morning routine", "thrift haul", "storytime", "no spend month"] },
    Niche { category_id: 23, name: "comedy", rpm_cents: 250.0, likes_per_view: 0.052, comments_per_view: 0.0048,
        surnames: ["Sketches", "Laughs", "Improv", "Nonsense"],
        keywords: ["sketch comedy", "stand up", "parody song", "office prank", "bad advice", "improv game", "roast battle", "dubbed over"] },
    Niche { category_id: 24, name: "entertainment", rpm_cents: 270.0, likes_per_view: 0.039, comments_per_view: 0.0044,
        surnames: ["Show", "Studio", "Challenge", "Live"],
        keywords: ["escape room", "magic trick", "quiz night", "celebrity interview", "last to leave", "blind ranking", "dance battle", "talent show"] },
    Niche { category_id: 25, name: "news", rpm_cents: 360.0, likes_per_view: 0.018, comments_per_view: 0.0085,
        surnames: ["Report", "Briefing", "Dispatch", "Explained"],
        keywords: ["election night", "interest rates", "heat wave", "rail strike", "housing crisis", "court ruling", "summit", "power outage"] },
    Niche { category_id: 26, name: "howto", rpm_cents: 560.0, likes_per_view: 0.034, comments_per_view: 0.0037,
        surnames: ["Makes", "Kitchen", "Workshop", "Repairs"],
        keywords: ["sourdough", "air fryer recipe", "tool restoration", "balcony garden", "capsule wardrobe", "epoxy table", "meal prep", "bike repair"] },
    Niche { category_id: 27, name: "education", rpm_cents: 640.0, likes_per_view: 0.038, comments_per_view: 0.0039,
        surnames: ["Academy", "Lectures", "Atlas", "Theorem"],
        keywords: ["prime numbers", "roman roads", "language learning", "study with me", "map explained", "exam tips", "lost cities", "logic puzzle"] },
    Niche { category_id: 28, name: "tech", rpm_cents: 780.0, likes_per_view: 0.032, comments_per_view: 0.0050,
        surnames: ["Labs", "Bytes", "Circuits", "Reviews"],
        keywords: ["home server", "mechanical keyboard", "foldable phone", "rust programming", "ai agents", "solar battery", "mini pc", "telescope first light"] },
];

/// First words of channel titles.
#[rustfmt::skip]
pub(super) static FORENAMES: [&str; 32] = [
    "Nora", "Milo", "Aiko", "Ravi", "Jonas", "Lucía", "Beto", "Sena", "Tilda", "Omar", "Freya", "Kofi", "Inês", "Hana",
    "Pavel", "Zoë", "Blue Harbor", "Paper Kite", "Second Shift", "North Loop", "Quiet Corner", "Red Panda", "Iron Fern",
    "Sunday", "Pixel", "Copper", "Wild Mint", "Half Moon", "Open Door", "Slow Train", "Big Little", "Ten Minute",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keywords_are_numbered_niche_after_niche_without_repeats() {
        let all: BTreeSet<_> = (0..NICHES.len() * KEYWORDS_PER_NICHE).map(keyword).collect();
        assert_eq!(all.len(), NICHES.len() * KEYWORDS_PER_NICHE);
        assert_eq!(keyword(KEYWORDS_PER_NICHE), NICHES[1].keywords[0]);
    }
}
