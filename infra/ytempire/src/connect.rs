//! Connecting channels: the addresses an owner's browser goes to, for `up` and for `ytempire channels connect`.
//!
//! Without a configured `oauth.redirect_url`, Google sends owners back to this machine's loopback address, so only a
//! browser on this machine can connect anything.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use ingest::connect::{Answered, ConnectError, Connection, Connections, Flow, Keyring};
use ingest::pull::{Ledger, Wallet};
use serde::Deserialize;
use url::{Host, Url};

use crate::platform::Platform;

pub const CONNECT_PATH: &str = "/auth/youtube/connect";
pub const CALLBACK_PATH: &str = "/auth/youtube/callback";

/// Holds what the browser that set out has to show when it is back.
const COOKIE: &str = "ytempire_connect";

const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // the callback's address holds the code
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The connected channels of a platform.
///
/// # Errors
/// The keys that seal tokens can't be read.
pub fn connections(platform: &Platform) -> Result<Connections> {
    let oauth = &platform.settings.oauth;
    let keyring = keyring(platform)?;
    let pool = platform.pool()?.clone();
    Ok(Connections::open(
        pool,
        keyring,
        oauth.clone(),
        Arc::clone(&platform.clock),
    )?)
}

/// The keys that seal tokens, and that secrets of our own are derived from.
///
/// # Errors
/// They can't be read.
pub fn keyring(platform: &Platform) -> Result<Keyring> {
    let keys = &platform.settings.oauth.keys;
    match keys.is_empty() {
        true => Ok(Keyring::open(&platform.data_dir().join("secrets.keys"))?),
        false => Keyring::parse(keys.reveal()).context("oauth.keys"),
    }
}

/// What sources ask on behalf of connected channels; `None` where no OAuth client is configured.
///
/// # Errors
/// The keys that seal tokens can't be read.
pub fn wallet(platform: &Platform) -> Result<Option<Arc<dyn Wallet>>> {
    match platform.settings.oauth.is_configured() {
        true => Ok(Some(Arc::new(connections(platform)?))),
        false => Ok(None),
    }
}

/// The two addresses, to be served at `own`.
///
/// # Errors
/// The keys that seal tokens can't be read.
pub fn routes(platform: &Platform, own: &str) -> Result<Router> {
    let settings = platform.settings.sources.youtube_quota();
    let ledger = Ledger::new(platform.pool()?.clone(), Arc::clone(&platform.clock));
    let configured = &platform.settings.oauth.redirect_url;
    let desk = Desk {
        flow: Flow::new(connections(platform)?, ledger, settings),
        redirect_url: match configured.is_empty() {
            true => format!("{}{CALLBACK_PATH}", reachable(own)?),
            false => configured.clone(),
        },
        is_loopback_only: configured.is_empty(),
    };
    Ok(Router::new()
        .route(CONNECT_PATH, get(begin))
        .route(CALLBACK_PATH, get(finish))
        .with_state(desk))
}

/// An address that listens everywhere, as this machine reaches it.
fn reachable(own: &str) -> Result<String> {
    let mut url = Url::parse(own)?;
    let is_unspecified = match url.host() {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        _ => false,
    };
    if is_unspecified {
        url.set_host(Some("127.0.0.1"))?;
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[derive(Clone)]
struct Desk {
    flow: Flow,
    redirect_url: String,
    is_loopback_only: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Returned {
    state: String,
    code: Option<String>,
    error: Option<String>,
}

async fn begin(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    if desk.is_loopback_only && !is_at_loopback(&headers) {
        let message = "Channels are connected from a browser on the machine that YTEMPIRE runs on, by its loopback \
                       address. To connect from elsewhere, set oauth.redirect_url to the address registered at Google.";
        return page(StatusCode::FORBIDDEN, "Not from here", message);
    }
    if desk.is_loopback_only && !is_at(&desk.redirect_url, &headers) {
        // the cookie has to be where the owner comes back to: localhost and 127.0.0.1 are two places for a browser
        let there = desk.redirect_url.replace(CALLBACK_PATH, CONNECT_PATH);
        return protected(Redirect::to(&there).into_response());
    }
    let sent = match desk.flow.begin(&desk.redirect_url).await {
        Ok(sent) => sent,
        Err(error) => return refused(&error),
    };
    let secure = if desk.redirect_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/auth/youtube; Max-Age=600; HttpOnly; SameSite=Lax{secure}",
        sent.browser.reveal()
    );
    let mut response = Redirect::to(sent.url.as_str()).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    protected(response)
}

async fn finish(State(desk): State<Desk>, headers: HeaderMap, Query(returned): Query<Returned>) -> Response {
    let browser = cookie(&headers);
    let answered = Answered {
        state: &returned.state,
        code: returned.code.as_deref(),
        error: returned.error.as_deref(),
        browser: browser.as_deref(),
    };
    match desk.flow.finish(answered).await {
        Ok(connection) => page(StatusCode::OK, "Connected", &welcome(&connection)),
        Err(error) => refused(&error),
    }
}

fn welcome(connection: &Connection) -> String {
    let mut text = format!(
        "{} ({}) is connected. Its uploads and reports are read from now on; this window can be closed.",
        connection.title, connection.channel
    );
    if !connection.missing_scopes.is_empty() {
        text.push_str(" Not everything was granted: missing ");
        text.push_str(&connection.missing_scopes.join(", "));
        text.push_str(". What needs it will be refused; connect again to grant it.");
    }
    text
}

fn refused(error: &ConnectError) -> Response {
    let status = match error {
        ConnectError::NotConfigured => StatusCode::SERVICE_UNAVAILABLE,
        ConnectError::Database(_) | ConnectError::Keyring(_) | ConnectError::Random(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        ConnectError::Vendor(_) | ConnectError::Asking(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::BAD_REQUEST,
    };
    tracing::warn!(%error, "a channel was not connected");
    page(status, "Not connected", &format!("{error}."))
}

fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let (title, text) = (quick_xml::escape::escape(title), quick_xml::escape::escape(text));
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} · YTEMPIRE</title><style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;\
         margin:15vh auto;padding:0 1rem;color-scheme:light dark}}</style><h1>{title}</h1><p>{text}</p>\
         <p><a href=\"/\">To the dashboard</a></p></html>"
    );
    protected((status, Html(html)).into_response())
}

fn protected(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then(|| value.to_owned())
    })
}

/// Whether the browser asks at the host and port of `address`.
fn is_at(address: &str, headers: &HeaderMap) -> bool {
    let asked = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let Ok(url) = Url::parse(address) else { return false };
    asked == Some(&url[url::Position::BeforeHost..url::Position::AfterPort])
}

fn is_at_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let url = host.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_at_the_loopback() {
        let at = |host: &str| {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).expect("a host"))]);
            is_at_loopback(&headers)
        };
        assert!(at("127.0.0.1:8080") && at("localhost") && at("[::1]:80"));
        assert!(!at("192.168.1.2:8080") && !at("localhost.evil.example") && !at("127.0.0.1.evil.example"));
        assert!(!is_at_loopback(&HeaderMap::new()));
    }

    #[test]
    fn one_cookie_of_many_is_ours() {
        let text = HeaderValue::from_static("a=b; ytempire_connect=xyz; c=d");
        assert_eq!(
            cookie(&HeaderMap::from_iter([(header::COOKIE, text)])).as_deref(),
            Some("xyz")
        );
        let other = HeaderValue::from_static("not_ytempire_connect=xyz");
        assert_eq!(cookie(&HeaderMap::from_iter([(header::COOKIE, other)])), None);
    }

    #[test]
    fn an_address_that_listens_everywhere_is_reached_at_the_loopback() {
        assert_eq!(
            reachable("http://0.0.0.0:8080").expect("an address"),
            "http://127.0.0.1:8080"
        );
        assert_eq!(reachable("http://[::1]:8080").expect("an address"), "http://[::1]:8080");
    }
}
