//! Reads fields of a vendor's JSON. A field that is absent or null is `None`, never zero; one that has not the form it
//! should have is named.

use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

/// A field that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {reason}")]
pub struct BadItem {
    pub field: String,
    pub reason: String,
}

impl BadItem {
    pub fn new(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.trim_start_matches('/').replace('/', "."),
            reason: reason.into(),
        }
    }
}

impl From<events::Invalid> for BadItem {
    fn from(invalid: events::Invalid) -> Self {
        Self::new(invalid.field, invalid.reason)
    }
}

/// One object of an answer. Fields are named by JSON pointers (RFC 6901), such as `/statistics/viewCount`.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a>(pub &'a Value);

impl<'a> Item<'a> {
    pub fn get(&self, field: &str) -> Option<&'a Value> {
        self.0.pointer(field).filter(|value| !value.is_null())
    }

    pub fn list(&self, field: &str) -> &'a [Value] {
        self.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// # Errors
    /// It is there, and no text.
    pub fn text(&self, field: &str) -> Result<Option<&'a str>, BadItem> {
        let text = |value: &'a Value| value.as_str().ok_or_else(|| bad(field, value, "text"));
        self.get(field).map(text).transpose()
    }

    /// # Errors
    /// It is missing, or no text.
    pub fn required(&self, field: &str) -> Result<&'a str, BadItem> {
        self.text(field)?.ok_or_else(|| BadItem::new(field, "is missing"))
    }

    /// A whole number, written as a number or as text (Google writes 64-bit numbers as text).
    ///
    /// # Errors
    /// It is there, and no whole number.
    pub fn count(&self, field: &str) -> Result<Option<i64>, BadItem> {
        let count = |value: &Value| {
            let count = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            count.ok_or_else(|| bad(field, value, "a whole number"))
        };
        self.get(field).map(count).transpose()
    }

    /// # Errors
    /// It is there, and no number.
    pub fn number(&self, field: &str) -> Result<Option<f64>, BadItem> {
        let number = |value: &Value| {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            number
                .filter(|number| number.is_finite())
                .ok_or_else(|| bad(field, value, "a number"))
        };
        self.get(field).map(number).transpose()
    }

    /// # Errors
    /// It is there, and neither true nor false.
    pub fn flag(&self, field: &str) -> Result<Option<bool>, BadItem> {
        let flag = |value: &Value| value.as_bool().ok_or_else(|| bad(field, value, "true or false"));
        self.get(field).map(flag).transpose()
    }

    /// A time as RFC 3339 has it.
    ///
    /// # Errors
    /// It is there, and no time.
    pub fn time(&self, field: &str) -> Result<Option<DateTime<Utc>>, BadItem> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        let time = DateTime::parse_from_rfc3339(text);
        let time = time.map_err(|_| bad(field, &Value::String(text.to_owned()), "an RFC 3339 time"))?;
        Ok(Some(time.to_utc()))
    }

    /// A time in seconds since the Unix epoch.
    ///
    /// # Errors
    /// It is there, and no such time.
    pub fn epoch(&self, field: &str) -> Result<Option<DateTime<Utc>>, BadItem> {
        let Some(seconds) = self.number(field)? else {
            return Ok(None);
        };
        let time = DateTime::from_timestamp(seconds as i64, 0);
        time.map(Some)
            .ok_or_else(|| BadItem::new(field, format!("{seconds} is no time")))
    }

    /// # Errors
    /// It is there, and no list of texts.
    pub fn texts(&self, field: &str) -> Result<Option<Vec<String>>, BadItem> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let texts = value
            .as_array()
            .map(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        texts
            .flatten()
            .map(Some)
            .ok_or_else(|| bad(field, value, "a list of texts"))
    }
}

fn bad(field: &str, value: &Value, expected: &str) -> BadItem {
    BadItem::new(
        field,
        format!("{} is not {expected}", crate::fault::excerpt(&value.to_string())),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_is_not_zero() {
        let value = json!({"statistics": {"viewCount": "17", "likeCount": null}});
        let item = Item(&value);
        assert_eq!(item.count("/statistics/viewCount"), Ok(Some(17)));
        assert_eq!(item.count("/statistics/likeCount"), Ok(None));
        assert_eq!(item.count("/statistics/commentCount"), Ok(None));
    }

    #[test]
    fn what_has_the_wrong_form_is_named() {
        let value = json!({"statistics": {"viewCount": "many"}});
        let error = Item(&value).count("/statistics/viewCount").expect_err("accepted");
        assert_eq!(
            error.to_string(),
            "statistics.viewCount: \"\\\"many\\\"\" is not a whole number"
        );
    }
}
