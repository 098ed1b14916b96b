//! Titles and tags, made from a keyword and its niche.

use super::dice::Dice;
use super::niche::{KEYWORDS_PER_NICHE, Niche};

/// `{K}` is the keyword as a title, `{k}` as it is spoken, `{n}` a small number, `{s}` the channel.
const FRAMES: [&str; 18] = [
    "I tried {k} for {n} days",
    "{K}: what nobody tells you",
    "{n} {k} mistakes everybody makes",
    "The truth about {k}",
    "{K} in {n} minutes",
    "Why {k} is everywhere right now",
    "{K} | episode {n}",
    "We need to talk about {k}…",
    "{K} for beginners",
    "Is {k} worth it?",
    "{K} 🔥 full story",
    "Ranking {n} kinds of {k}",
    "{K} vs. {k}, {n} years later",
    "My {k} went wrong 😱",
    "How to start with {k} (no budget)",
    "“{K}” — {s}",
    "{K}, but every minute it gets harder",
    "{n} hours of {k}",
];

pub(super) fn title(dice: &mut Dice, keyword: &str, channel_title: &str) -> String {
    let number = 3 + dice.below(97);
    let frame = dice.pick(&FRAMES);
    frame
        .replace("{K}", &capitalised(keyword))
        .replace("{k}", keyword)
        .replace("{n}", &number.to_string())
        .replace("{s}", channel_title)
}

/// The keyword first, then its words, its niche, and one or two neighbours.
pub(super) fn tags(dice: &mut Dice, keyword: &str, niche: &Niche) -> Vec<String> {
    let mut tags = vec![keyword.to_owned()];
    let neighbours = [dice.below(KEYWORDS_PER_NICHE), dice.below(KEYWORDS_PER_NICHE)];
    let others = keyword
        .split(' ')
        .chain([niche.name])
        .chain(neighbours.map(|n| niche.keywords[n]));
    for tag in others {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

fn capitalised(keyword: &str) -> String {
    let mut letters = keyword.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::simulate::{dice::Subject, niche::NICHES};

    #[test]
    fn a_title_has_no_gap_left_and_names_its_keyword() {
        for number in 0..200 {
            let title = title(
                &mut Dice::new(1, Subject::Video, number, 0),
                "night train",
                "Nora Abroad",
            );
            assert!(!title.contains(['{', '}']), "{title}");
            assert!(title.to_lowercase().contains("night train"), "{title}");
        }
    }

    #[test]
    fn tags_begin_with_the_keyword_and_do_not_repeat() {
        let mut tags = tags(&mut Dice::new(1, Subject::Video, 0, 0), "stand up", &NICHES[8]);
        assert_eq!(tags[0], "stand up");
        let count = tags.len();
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), count);
    }
}
