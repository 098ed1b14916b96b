//! Google Trends: interest over time, interest by place, related queries. What people download from its page is read
//! as files, and what its page asks for is asked for over HTTP ([`Settings`]).
//!
//! The interface's language decides the words of these files, so they are known by their shape. A column `keyword:
//! (place)` is a keyword; each of its values is a signal. `<1` is kept as 0.5 with a mark. A cell with nothing in it
//! is no signal: Google had too little to say.

mod explore;
mod interest;
mod places;
mod regions;
mod related;
mod value;
pub mod widget;

pub use explore::Settings;
pub(crate) use interest::Interest;
pub(crate) use regions::Regions;
pub(crate) use related::Related;

/// CloudEvents `source` of everything read here, whatever the file.
pub const SOURCE: &str = "/ingest/google-trends";

/// Rows above the header at most: `Category: All categories`, and what an owner may have written.
const PREFACE: usize = 4;

/// A column's keyword and what stands in parentheses behind it.
fn keyword(name: &str) -> (&str, Option<&str>) {
    let name = name.trim();
    let parts = name
        .strip_suffix([')', '）'])
        .and_then(|text| text.rsplit_once([':', '：'].as_slice()));
    match parts {
        Some((keyword, rest)) => match rest.trim_start().strip_prefix(['(', '（']) {
            Some(inside) if !keyword.trim().is_empty() => (keyword.trim(), Some(inside.trim())),
            _ => (name, None),
        },
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_names_keyword_and_place() {
        assert_eq!(keyword("Netflix: (United States)"), ("Netflix", Some("United States")));
        assert_eq!(keyword("c++: the (language)"), ("c++: the (language)", None));
        assert_eq!(keyword("a: b: (Brasil)"), ("a: b", Some("Brasil")));
        assert_eq!(keyword("netflix"), ("netflix", None));
        assert_eq!(keyword("猫: (日本)"), ("猫", Some("日本")));
    }
}
