//! The forms of a tag list.

/// `a|b|c`, `a|"b"|"c"`, or `[none]` (also `[None]` and nothing at all) for a video without tags. A quoted tag may
/// hold the separator. Empty tags are dropped.
pub(super) fn tags(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    if text.eq_ignore_ascii_case("[none]") {
        return tags;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let (tag, after) = first(rest);
        let tag = tag.trim_matches('"').trim();
        if !tag.is_empty() {
            tags.push(tag.to_owned());
        }
        rest = after;
    }
    tags
}

/// The first tag and what follows its separator.
fn first(text: &str) -> (&str, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        if let Some(tag) = quoted.split_once("\"|") {
            return tag;
        }
        if let Some(last) = quoted.strip_suffix('"') {
            return (last, "");
        }
    }
    text.split_once('|').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(tags(text), expected, "{text}");
    }

    #[test]
    fn every_form_is_read() {
        check("a|b c|d", &["a", "b c", "d"]);
        check("a|\"b\"|\"c d\"", &["a", "b", "c d"]);
        check("\"a\"|\"b\"", &["a", "b"]);
        check("a|\"\"b\"\"|\"\"c\"\"", &["a", "b", "c"]);
        check("a", &["a"]);
    }

    #[test]
    fn no_tags_is_an_empty_list() {
        for text in ["[none]", "[None]", "", "\"\"", "|", "||"] {
            check(text, &[]);
        }
    }

    #[test]
    fn a_quoted_tag_may_hold_the_separator() {
        check("a|\"b || c\"|\"d\"", &["a", "b || c", "d"]);
    }

    #[test]
    fn a_stray_quote_does_not_swallow_the_rest() {
        check("\"a|b|c", &["a", "b", "c"]);
        check("5\" disk|b", &["5\" disk", "b"]);
    }
}
