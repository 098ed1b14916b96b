//! A small emulator on a free port, whose clock the test moves.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use emulator::{Config, Emulator};
use events::ManualClock;
use ingest::sources::simulate::WorldConfig;
use serde_json::Value;

pub const SEED: u64 = 7;

pub struct Running {
    pub emulator: Emulator,
    pub clock: Arc<ManualClock>,
    client: reqwest::Client,
}

pub fn small() -> WorldConfig {
    WorldConfig {
        channels: 6,
        ..WorldConfig::default()
    }
}

/// 80 days after the world's start.
pub fn noon() -> DateTime<Utc> {
    small().start + TimeDelta::days(80) + TimeDelta::hours(12)
}

pub async fn start() -> Running {
    start_with(Config::default()).await
}

pub async fn start_with(config: Config) -> Running {
    let clock = Arc::new(ManualClock::at(noon()));
    let config = Config {
        seed: SEED,
        world: small(),
        ..config
    };
    let emulator = Emulator::start(config, clock.clone()).await.expect("an emulator");
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    Running {
        emulator,
        clock,
        client: client.build().expect("a client"),
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn reason(&self) -> String {
        self.json()["error"]["errors"][0]["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl Running {
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        Answer { status, headers, text }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.url())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.url(path))).await
    }

    pub async fn get_as(&self, path: &str, token: &str) -> Answer {
        self.send(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    pub async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        self.send(self.client.get(self.url(path)).header(name, value)).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        let request = self.client.post(self.url(path)).body(body.to_owned());
        self.send(request.header("content-type", "application/x-www-form-urlencoded"))
            .await
    }

    pub async fn post_json(&self, path: &str, token: &str, body: &Value) -> Answer {
        let request = self
            .client
            .post(self.url(path))
            .body(body.to_string())
            .bearer_auth(token);
        self.send(request.header("content-type", "application/json")).await
    }

    /// An access and a refresh token for a channel, by its number.
    pub async fn connect(&self, channel: u32) -> (String, String) {
        let scopes = [
            "youtube",
            "yt-analytics.readonly",
            "yt-analytics-monetary.readonly",
            "adsense.readonly",
        ];
        let scopes = scopes
            .map(|scope| format!("https://www.googleapis.com/auth/{scope}"))
            .join("+");
        let asked = format!(
            "client_id=c&redirect_uri=http://localhost:1/&response_type=code&scope={scopes}&login_hint={channel}"
        );
        let page = self.get(&format!("/o/oauth2/v2/auth?{asked}")).await;
        let back = page.headers["location"].to_str().expect("an address").to_owned();
        let (_, code) = back.split_once("code=").expect("a code");
        let code = code.split('&').next().unwrap_or_default();
        let form = format!("grant_type=authorization_code&code={code}&client_id=c&redirect_uri=http://localhost:1/");
        let tokens = self.post("/token", &form).await.json();
        let token = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        (token("access_token"), token("refresh_token"))
    }

    pub async fn world(&self) -> Value {
        self.get("/_emulator/world").await.json()
    }
}

/// The folder with real data; says loudly when it is not there.
pub fn shared_data() -> Option<PathBuf> {
    let found = std::env::var_os("YTEMPIRE_SHARED_DATA")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("#### NOT TESTED against real answers and discovery documents: YTEMPIRE_SHARED_DATA is not set");
    }
    found
}

pub fn unzipped(path: &std::path::Path) -> Value {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("gzip");
    serde_json::from_str(&text).expect("JSON")
}
