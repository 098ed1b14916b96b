//! A WebSub hub (W3C Recommendation of 2018, and PubSubHubbub 0.4): subscriptions are verified by a GET with a challenge,
//! new videos are sent as Atom with `X-Hub-Signature: sha1=HEX`. Callbacks are loopback addresses only.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{RawForm, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use events::ChannelId;
use hmac::{Hmac, Mac};
use ingest::sources::simulate::{Access, VideoKey};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use crate::query::Query;
use crate::state::{Shared, lock};
use crate::{feed, secrets};

const DEFAULT_LEASE_SECONDS: i64 = 432_000;

/// By callback and channel.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    subscriptions: BTreeMap<(String, u32), Subscription>,
    verifications: u64,
}

#[derive(Debug, Clone)]
struct Subscription {
    callback: Url,
    channel: u32,
    secret: Option<String>,
    until: DateTime<Utc>,
    /// Videos up to here have been sent.
    told: DateTime<Utc>,
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) async fn subscribe(State(state): State<Shared>, RawForm(body): RawForm) -> Response {
    let form = Query::parse(&body);
    let wrong = |message: &str| (StatusCode::BAD_REQUEST, message.to_owned()).into_response();
    let Some(callback) = form
        .get("hub.callback")
        .and_then(|text| Url::parse(text).ok())
        .filter(is_loopback)
    else {
        return wrong("Invalid parameter: hub.callback; must be a valid URL of the loopback");
    };
    let topic = form.get("hub.topic").unwrap_or_default().to_owned();
    let Some(channel) = topic_channel(&state, &topic) else {
        return wrong("Invalid value for hub.topic; must be the feed of a channel");
    };
    let mode = match form.get("hub.mode") {
        Some(mode @ ("subscribe" | "unsubscribe")) => mode.to_owned(),
        _ => return wrong("Invalid value for hub.mode; must be subscribe or unsubscribe"),
    };
    let lease: i64 = match form.get("hub.lease_seconds").map(str::parse) {
        None => DEFAULT_LEASE_SECONDS,
        Some(Ok(lease @ 1..=864_000)) => lease,
        Some(_) => return wrong("Invalid value for hub.lease_seconds; must be a positive integer of at most 864000"),
    };
    if form.get("hub.secret").is_some_and(|secret| secret.len() >= 200) {
        return wrong("Invalid value for hub.secret; must be less than 200 bytes");
    }
    let now = state.now();
    let subscription = Subscription {
        callback,
        channel,
        secret: form.get("hub.secret").map(str::to_owned),
        until: now + TimeDelta::seconds(lease),
        told: now,
    };
    let verification = verify(state.clone(), subscription, topic, mode, lease);
    match form.get("hub.verify") {
        Some("sync") => match verification.await {
            true => StatusCode::NO_CONTENT.into_response(),
            false => (StatusCode::CONFLICT, "the callback did not verify").into_response(),
        },
        _ => {
            tokio::spawn(verification);
            StatusCode::ACCEPTED.into_response()
        }
    }
}

/// The channel whose feed a topic is.
fn topic_channel(state: &Shared, topic: &str) -> Option<u32> {
    let url = Url::parse(topic).ok()?;
    let known = ["/xml/feeds/videos.xml", "/feeds/videos.xml"].contains(&url.path());
    let (_, id) = url.query_pairs().find(|(name, _)| known && name == "channel_id")?;
    state.moment().census.channel_number(&ChannelId::new(id).ok()?)
}

async fn verify(state: Shared, subscription: Subscription, topic: String, mode: String, lease: i64) -> bool {
    let challenge = {
        let mut hub = lock(&state.hub);
        hub.verifications += 1;
        secrets::opaque(
            &[
                "challenge",
                &state.config.seed.to_string(),
                &hub.verifications.to_string(),
            ],
            32,
        )
    };
    let mut url = subscription.callback.clone();
    url.query_pairs_mut()
        .append_pair("hub.mode", &mode)
        .append_pair("hub.topic", &topic)
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.lease_seconds", &lease.to_string());
    let Ok(response) = state.client.get(url).send().await else {
        return false;
    };
    let agreed = response.status().is_success() && response.text().await.is_ok_and(|text| text.trim() == challenge);
    if agreed {
        let key = (subscription.callback.to_string(), subscription.channel);
        let subscriptions = &mut lock(&state.hub).subscriptions;
        match mode.as_str() {
            "subscribe" => subscriptions.insert(key, subscription),
            _ => subscriptions.remove(&key),
        };
    }
    agreed
}

/// Whom to tell of a channel's latest video.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    channel_id: ChannelId,
}

#[derive(Debug, Serialize)]
pub(crate) struct Delivery {
    callback: String,
    status: Option<u16>,
}

pub(crate) async fn notify_latest(state: &Shared, order: &Order) -> Vec<Delivery> {
    let (index, latest) = {
        let moment = state.moment();
        let Some(index) = moment.census.channel_number(&order.channel_id) else {
            return Vec::new();
        };
        let mut videos = moment.census.videos_of(index, moment.now).into_iter();
        let latest = videos.find(|key| moment.census.access(*key, moment.now) == Access::Public);
        (index, latest)
    };
    let mut deliveries = Vec::new();
    for subscription in current(state).into_iter().filter(|one| one.channel == index) {
        let callback = subscription.callback.to_string();
        let status = send(state, &subscription, latest.as_slice()).await;
        deliveries.push(Delivery { callback, status });
    }
    deliveries
}

/// The subscriptions whose lease has not ended.
fn current(state: &Shared) -> Vec<Subscription> {
    let now = state.now();
    let subscriptions = &mut lock(&state.hub).subscriptions;
    subscriptions.retain(|_, subscription| now < subscription.until);
    subscriptions.values().cloned().collect()
}

/// Sends what is published from now on, until it is stopped.
pub(crate) async fn tell_news(state: Shared, every: Duration, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
        for subscription in current(&state) {
            let (now, news) = news(&state, &subscription);
            if !news.is_empty() {
                send(&state, &subscription, &news).await;
            }
            let key = (subscription.callback.to_string(), subscription.channel);
            if let Some(known) = lock(&state.hub).subscriptions.get_mut(&key) {
                known.told = now;
            }
        }
    }
}

fn news(state: &Shared, subscription: &Subscription) -> (DateTime<Utc>, Vec<VideoKey>) {
    let moment = state.moment();
    let videos = moment.census.videos_of(subscription.channel, moment.now).into_iter();
    let published = |key: &VideoKey| {
        moment
            .census
            .video(*key)
            .is_some_and(|video| video.published > subscription.told)
    };
    (moment.now, videos.take_while(published).collect())
}

/// The callback's answer; one that is gone (410) loses its subscription.
async fn send(state: &Shared, subscription: &Subscription, videos: &[VideoKey]) -> Option<u16> {
    let body = feed::atom(&state.moment(), subscription.channel, videos);
    let mut request = state
        .client
        .post(subscription.callback.clone())
        .header("content-type", "application/atom+xml")
        .header("link", "<https://pubsubhubbub.appspot.com/>; rel=\"hub\"");
    if let Some(secret) = &subscription.secret {
        request = request.header("x-hub-signature", format!("sha1={}", signature(secret, &body)));
    }
    let status = request.body(body).send().await.ok()?.status();
    if status.as_u16() == 410 {
        let key = (subscription.callback.to_string(), subscription.channel);
        lock(&state.hub).subscriptions.remove(&key);
    }
    Some(status.as_u16())
}

fn signature(secret: &str, body: &str) -> String {
    // HMAC takes keys of any length
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body.as_bytes());
    hex(&mac.finalize().into_bytes())
}
