//! A vendor on loopback that answers as a test says, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub query: HashMap<String, String>,
    pub if_none_match: Option<String>,
    pub authorization: Option<String>,
    pub at: std::time::Instant,
}

impl Asked {
    pub fn of(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(body: &serde_json::Value) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: body.to_string(),
        }
    }

    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As Google refuses.
    pub fn google(status: u16, reason: &str, message: &str) -> Self {
        let error = serde_json::json!({"error": {"code": status, "message": message, "errors": [{"reason": reason}]}});
        Self {
            status,
            ..Self::json(&error)
        }
    }

    /// 200 with an ETag made of the body, or 304 where it is known.
    pub fn tagged(body: &serde_json::Value, asked: &Asked) -> Self {
        let digest = body
            .to_string()
            .bytes()
            .fold(5381u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte));
        let etag = format!("\"{digest:x}\"");
        match asked.if_none_match.as_deref() == Some(&etag) {
            true => Self::status(304).with("etag", etag),
            false => Self::json(body).with("etag", etag),
        }
    }
}

pub struct Vendor {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Vendor {
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, notes) = (Arc::new(answer), Arc::clone(&asked));
        let routes = Router::new().fallback(move |request: Request| {
            let asked = read(&request);
            notes.lock().expect("not poisoned").push(asked.clone());
            let reply = answer(&asked);
            async move { respond(reply) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("not poisoned").clone()
    }

    pub fn forget(&self) {
        self.asked.lock().expect("not poisoned").clear();
    }
}

fn read(request: &Request) -> Asked {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let query = request.uri().query().unwrap_or_default();
    Asked {
        path: request.uri().path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        if_none_match: header("if-none-match"),
        authorization: header("authorization"),
        at: std::time::Instant::now(),
    }
}

fn respond(reply: Reply) -> Response {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).expect("a response")
}
