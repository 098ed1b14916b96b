//! A question to a vendor.

use serde_json::Value;

use super::Cost;

/// What a POST brings.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Empty,
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

/// One question.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// Below the base address, or an address of its own.
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub cost: Option<Cost>,
    /// Of the answer that is known; an answer that has not changed since is not sent again.
    pub etag: Option<String>,
    /// With a body the question is a POST.
    pub body: Option<Body>,
    /// As an earlier answer gave them.
    pub cookies: Option<String>,
}

impl Call {
    pub fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub fn with_any(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn at(mut self, cost: Cost) -> Self {
        self.cost = Some(cost);
        self
    }

    /// As a POST with this JSON.
    pub fn post(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    /// As a POST with nothing in it.
    pub fn post_nothing(mut self) -> Self {
        self.body = Some(Body::Empty);
        self
    }

    /// As a POST with these fields, as a page's form sends them.
    pub fn form(mut self, fields: Vec<(&'static str, String)>) -> Self {
        self.body = Some(Body::Form(fields));
        self
    }

    pub fn with_cookies(mut self, cookies: Option<String>) -> Self {
        self.cookies = cookies;
        self
    }

    /// The question as text, without secrets: what an ETag is kept under.
    pub fn name(&self) -> String {
        let mut name = self.path.clone();
        for (index, (key, value)) in self.query.iter().enumerate() {
            name.push(if index == 0 { '?' } else { '&' });
            name.push_str(key);
            name.push('=');
            name.push_str(value);
        }
        name
    }
}
