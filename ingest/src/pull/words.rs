//! Words that a source is asked about, with a region before them where it matters: `cat videos`, `US:cat videos`.

use std::time::Duration;

use events::Region;

use super::{BadSetting, Target};

/// `US:cat videos` as region and words; what is no region is part of the words.
pub fn parted(target: &str) -> (Option<Region>, &str) {
    match target.split_once(':').map(|(code, words)| (Region::new(code), words)) {
        Some((Ok(region), words)) => (Some(region), words),
        _ => (None, target),
    }
}

/// A target for each of the words.
///
/// # Errors
/// Some are empty, or longer than `longest` characters.
pub fn targets(
    setting: &'static str,
    all: &[String],
    longest: usize,
    every: Duration,
) -> Result<Vec<Target>, BadSetting> {
    let target = |words: &String| match parted(words).1.trim().chars().count() {
        0 => Err(BadSetting::new(setting, "there is an empty one")),
        length if length > longest => {
            let reason = format!("one is longer than the {longest} characters that are taken");
            Err(BadSetting::new(setting, reason))
        }
        _ => Ok(Target {
            name: words.clone(),
            every,
        }),
    };
    all.iter().map(target).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_may_come_before_the_words() {
        assert_eq!(parted("US:cat"), (Region::new("US").ok(), "cat"));
        assert_eq!(parted("re:zero"), (None, "re:zero"));
    }

    #[test]
    fn words_are_neither_empty_nor_endless() {
        let open = |words: &str| targets("words", &[words.to_owned()], 5, Duration::ZERO).map(|targets| targets.len());
        assert_eq!(open("US:cats"), Ok(1));
        assert!(open("US: ").is_err() && open("").is_err() && open("kittens").is_err());
    }
}
