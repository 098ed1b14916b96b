use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;
use crate::{Invalid, Payload, Region, Topic};

/// What a region calls one of YouTube's video categories (`videoCategories.list` of the Data API).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryName {
    pub region: Region,
    pub category_id: i32,
    pub title: String,
    /// Whether a video can be given this category by its uploader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignable: Option<bool>,
}

impl Payload for CategoryName {
    const TOPIC: Topic = Topic::Categories;
    const KIND: &'static str = "com.ytempire.youtube.category.v1";

    fn key(&self) -> String {
        format!("{}/{}", self.region, self.category_id)
    }

    fn natural_key(&self) -> Vec<&str> {
        vec![self.region.as_str()]
    }

    fn check(&self) -> Result<(), Invalid> {
        text("title", &self.title)
    }
}
