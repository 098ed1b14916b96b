//! The `part` parameter: which parts of a resource are asked for.

use serde_json::{Map, Value};

use crate::google::{Call, Refusal};

#[derive(Debug)]
pub(super) struct Parts<'a>(Vec<&'a str>);

impl<'a> Parts<'a> {
    pub(super) fn of(call: &'a Call, known: &[&str]) -> Result<Self, Refusal> {
        let parts = call.query.list("part");
        if parts.is_empty() {
            return Err(Refusal::missing("part"));
        }
        match parts.iter().find(|part| !known.contains(part)) {
            Some(part) => Err(Refusal::bad_request("youtube.part", "unknownPart", format!("'{part}'")).at("part")),
            None => Ok(Self(parts)),
        }
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.0.contains(&part)
    }

    /// The asked ones of some parts; those that are `null` are left out.
    pub(super) fn choose(&self, all: Value) -> Value {
        let Value::Object(all) = all else {
            return all;
        };
        let asked = all
            .into_iter()
            .filter(|(name, value)| self.has(name) && !value.is_null());
        Value::Object(asked.collect::<Map<_, _>>())
    }
}

/// Which one of some filters is given.
pub(super) fn filter<'a>(call: &'a Call, names: &[&'static str]) -> Result<(&'static str, &'a str), Refusal> {
    let given = |name: &&'static str| call.query.get(name).map(|value| (*name, value));
    let mut all = names.iter().filter_map(given).filter(|(_, value)| *value != "false");
    let Some(first) = all.next() else {
        let message = format!("No filter selected. Expected one of: {}", names.join(", "));
        return Err(Refusal::bad_request("youtube.parameter", "missingRequiredParameter", message).at("parameters."));
    };
    match all.next() {
        None => Ok(first),
        Some(second) => {
            let message = format!(
                "Incompatible parameters specified in the request: {}, {}",
                first.0, second.0
            );
            Err(Refusal::bad_request(
                "youtube.parameter",
                "incompatibleParameters",
                message,
            ))
        }
    }
}
