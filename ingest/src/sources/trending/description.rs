//! Line ends of a description.

use std::borrow::Cow;

/// Descriptions of 2017 and 2018 hold a backslash and an `n` for each line end. One that has real line ends keeps its
/// backslashes.
pub(super) fn description(text: &str) -> Cow<'_, str> {
    match text.contains("\\n") && !text.contains('\n') {
        true => Cow::Owned(text.replace("\\n", "\n")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_line_ends_become_line_ends() {
        assert_eq!(description(r"a\nb\n\nc"), "a\nb\n\nc");
        assert_eq!(description("C:\\new\nline"), "C:\\new\nline");
    }
}
