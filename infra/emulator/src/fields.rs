//! Partial responses: the `fields` parameter of Google's APIs, such as `items(id,snippet/title),nextPageToken`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What is kept of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mask {
    All,
    Some(BTreeMap<String, Mask>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadMask;

impl Mask {
    pub(crate) fn parse(text: &str) -> Result<Self, BadMask> {
        let mut rest = text;
        let mask = list(&mut rest, 0)?;
        match rest.is_empty() {
            true => Ok(mask),
            false => Err(BadMask),
        }
    }

    /// The names at the top; none if all are kept.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let some = match self {
            Mask::All => None,
            Mask::Some(some) => Some(some),
        };
        some.into_iter().flat_map(|some| some.keys().map(String::as_str))
    }

    pub(crate) fn apply(&self, value: Value) -> Value {
        let Mask::Some(kept) = self else {
            return value;
        };
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.apply(item)).collect(),
            Value::Object(members) => {
                let keep = |(name, value): (String, Value)| {
                    let mask = kept.get(&name).or_else(|| kept.get("*"))?;
                    Some((name, mask.apply(value)))
                };
                Value::Object(members.into_iter().filter_map(keep).collect::<Map<_, _>>())
            }
            other => other,
        }
    }

    fn merge(&mut self, other: Mask) {
        match (self, other) {
            (Mask::Some(mine), Mask::Some(others)) => {
                for (name, mask) in others {
                    match mine.get_mut(&name) {
                        Some(known) => known.merge(mask),
                        None => {
                            mine.insert(name, mask);
                        }
                    }
                }
            }
            (mine, _) => *mine = Mask::All,
        }
    }
}

/// Deeper masks than this are nobody's.
const DEEPEST: u32 = 32;

fn list(rest: &mut &str, depth: u32) -> Result<Mask, BadMask> {
    let mut mask = item(rest, depth)?;
    while let Some(after) = rest.strip_prefix(',') {
        *rest = after;
        mask.merge(item(rest, depth)?);
    }
    Ok(mask)
}

fn item(rest: &mut &str, depth: u32) -> Result<Mask, BadMask> {
    let trimmed = rest.trim_start();
    let end = trimmed.find([',', '/', '(', ')', ' ']).unwrap_or(trimmed.len());
    let (name, after) = trimmed.split_at(end);
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '*';
    if name.is_empty() || !name.chars().all(known) || depth > DEEPEST {
        return Err(BadMask);
    }
    *rest = after.trim_start();
    let below = if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        item(rest, depth + 1)?
    } else if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let below = list(rest, depth + 1)?;
        *rest = rest.strip_prefix(')').ok_or(BadMask)?.trim_start();
        below
    } else {
        Mask::All
    };
    Ok(Mask::Some(BTreeMap::from([(name.to_owned(), below)])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(mask: &str, expected: Value) {
        let value = json!({"kind": "k", "items": [{"id": "1", "snippet": {"title": "t", "tags": ["a"]}}], "next": "n"});
        assert_eq!(Mask::parse(mask).expect("a mask").apply(value), expected, "{mask}");
    }

    #[test]
    fn paths_groups_and_stars() {
        check("next", json!({"next": "n"}));
        check("items/id", json!({"items": [{"id": "1"}]}));
        check(
            "items(id,snippet/title),kind",
            json!({"kind": "k", "items": [{"id": "1", "snippet": {"title": "t"}}]}),
        );
        check(
            "items/snippet/*",
            json!({"items": [{"snippet": {"title": "t", "tags": ["a"]}}]}),
        );
        check(
            "items/id,items/snippet(tags)",
            json!({"items": [{"id": "1", "snippet": {"tags": ["a"]}}]}),
        );
    }

    #[test]
    fn what_is_no_mask_is_refused() {
        for text in ["", "items(", "items(id", "a b", "a/", ",", "items)id"] {
            assert_eq!(Mask::parse(text), Err(BadMask), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_mask_or_refused(text in "[a-z(),/* ]{0,40}") {
            if let Ok(mask) = Mask::parse(&text) {
                mask.apply(json!({"a": {"b": [1, {"c": 2}]}}));
            }
        }
    }
}
