//! A header's names, compared without what people and services change about them.

/// The header of one file.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    names: Vec<String>,
}

/// A column's name, and the unit that stands behind it in parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Letters and digits in lower case, of any script.
    pub(crate) base: String,
    /// Lower case as well; empty where there is none.
    pub(crate) unit: String,
}

impl Header {
    pub(crate) fn new(names: &[String]) -> Self {
        Self {
            names: names.iter().map(|name| visible(name)).collect(),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    /// What the header calls the field at `place`.
    pub(crate) fn name(&self, place: usize) -> Option<&str> {
        self.names.get(place).map(String::as_str)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The place of the first column whose [`plain`] name is one of `words`.
    pub(crate) fn place(&self, words: &[&str]) -> Option<usize> {
        let is_one = |name: &String| words.contains(&plain(name).as_str());
        self.names.iter().position(is_one)
    }
}

/// Without the characters that are not seen: soft hyphens, byte order marks, marks of direction; spaces are plain ones.
pub(crate) fn visible(text: &str) -> String {
    let hidden =
        |c: char| matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}');
    let seen = text.chars().filter(|c| !hidden(*c));
    let spaced: String = seen.map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

/// Letters and digits alone, in lower case.
pub(crate) fn plain(name: &str) -> String {
    let seen = visible(name);
    let kept = seen.chars().filter(|c| c.is_alphanumeric() || is_mark(*c));
    kept.flat_map(char::to_lowercase).collect()
}

/// Vowel signs and accents that stand as characters of their own, as in Hindi.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{97f}' | '\u{e00}'..='\u{e7f}')
}

impl Name {
    pub(crate) fn of(text: &str) -> Self {
        let text = visible(text).replace('（', "(").replace('）', ")");
        let parts = text.trim_end().strip_suffix(')').and_then(|text| text.rsplit_once('('));
        match parts {
            Some((base, unit)) => Self {
                base: plain(base),
                unit: unit.trim().to_lowercase(),
            },
            None => Self {
                base: plain(&text),
                unit: String::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, base: &str, unit: &str) {
        let (base, unit) = (base.to_owned(), unit.to_owned());
        assert_eq!(Name::of(text), Name { base, unit }, "{text}");
    }

    #[test]
    fn names_are_compared_by_their_letters() {
        check("Watch_time (hours)", "watchtime", "hours");
        check(
            "Impres\u{ad}sions click-through rate(%)",
            "impressionsclickthroughrate",
            "%",
        );
        check("\u{feff}Video publish time ", "videopublishtime", "");
        check("再生時間（時間）", "再生時間", "時間");
    }
}
