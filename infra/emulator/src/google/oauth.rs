//! OAuth 2.0 as Google speaks it: the consent page (which consents at once), tokens, revocation.
//!
//! `login_hint` says whose channel is connected: its id, its handle or its number in the world; without it, the first.
//! `login_hint=deny` is a user who says no. Any client id and secret are good; redirects go to the loopback only.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use events::ChannelId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::accounts::{ACCESS_SECONDS, Challenge, Consent, Tokens};
use super::call::bearer;
use super::{Identity, Refusal, authorised};
use crate::hub::is_loopback;
use crate::query::Query;
use crate::state::{Shared, lock};

pub(crate) async fn authorise(State(state): State<Shared>, uri: Uri) -> Response {
    let query = Query::of(&uri);
    let (Some(client_id), Some(redirect)) = (query.get("client_id"), query.get("redirect_uri")) else {
        return problem(
            "invalid_request",
            "Missing required parameter: client_id and redirect_uri",
        );
    };
    let Some(mut target) = Url::parse(redirect).ok().filter(is_loopback) else {
        return problem(
            "redirect_uri_mismatch",
            "the emulator redirects to loopback addresses only",
        );
    };
    if query.get("response_type") != Some("code") {
        return problem("unsupported_response_type", "only response_type=code");
    }
    let Some(scopes) = query.get("scope") else {
        return problem("invalid_request", "Missing required parameter: scope");
    };
    let challenge = match (query.get("code_challenge"), query.get("code_challenge_method")) {
        (None, _) => None,
        (Some(challenge), Some("S256")) => Some(Challenge::Sha256(challenge.to_owned())),
        (Some(challenge), None | Some("plain")) => Some(Challenge::Plain(challenge.to_owned())),
        (Some(_), Some(_)) => return problem("invalid_request", "Invalid code_challenge_method"),
    };
    let mut back = target.query_pairs().into_owned().collect::<Vec<_>>();
    match whose(&state, query.get("login_hint")) {
        None => back.push(("error".to_owned(), "access_denied".to_owned())),
        Some(channel) => {
            let consent = Consent {
                identity: Identity {
                    channel,
                    client_id: client_id.to_owned(),
                    scopes: scopes.to_owned(),
                },
                redirect_uri: redirect.to_owned(),
                challenge,
            };
            let code = lock(&state.accounts).give_code(consent, state.now());
            back.push(("code".to_owned(), code));
            back.push(("scope".to_owned(), scopes.to_owned()));
        }
    }
    if let Some(given) = query.get("state") {
        back.push(("state".to_owned(), given.to_owned()));
    }
    target.query_pairs_mut().clear().extend_pairs(back);
    (StatusCode::FOUND, [(header::LOCATION, target.to_string())]).into_response()
}

fn whose(state: &Shared, hint: Option<&str>) -> Option<u32> {
    let moment = state.moment();
    let census = &moment.census;
    let Some(hint) = hint else {
        return Some(0);
    };
    if let Ok(id) = ChannelId::new(hint) {
        return census.channel_number(&id);
    }
    if let Ok(number) = hint.parse::<u32>() {
        return (number < census.channel_count()).then_some(number);
    }
    let handle = hint.trim_start_matches('@');
    (0..census.channel_count()).find(|index| census.channel(*index).handle == handle)
}

pub(crate) async fn token(State(state): State<Shared>, headers: HeaderMap, RawForm(body): RawForm) -> Response {
    let form = Query::parse(&body);
    let basic = basic(&headers);
    let client_id = form.get("client_id").or(basic.as_ref().map(|(id, _)| id.as_str()));
    let Some(client_id) = client_id else {
        return denied(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "Could not determine client ID from request.",
        );
    };
    let now = state.now();
    let granted = match form.get("grant_type") {
        Some("authorization_code") => {
            let mut accounts = lock(&state.accounts);
            let consent = form.get("code").and_then(|code| accounts.take_code(code, now));
            match consent.map(|consent| agreed(consent, &form, client_id)) {
                Some(Ok(identity)) => Ok(accounts.grant(identity, now)),
                Some(Err(why)) => Err(why),
                None => Err("Malformed auth code."),
            }
        }
        Some("refresh_token") => {
            let token = form.get("refresh_token").unwrap_or_default();
            let renewed = lock(&state.accounts).renew(token, client_id, now);
            renewed.ok_or("Token has been expired or revoked.")
        }
        other => {
            let message = format!("Invalid grant_type: {}", other.unwrap_or_default());
            return denied(StatusCode::BAD_REQUEST, "unsupported_grant_type", &message);
        }
    };
    match granted {
        Ok(tokens) => Json(answer(&tokens)).into_response(),
        Err(why) => denied(StatusCode::BAD_REQUEST, "invalid_grant", why),
    }
}

fn answer(tokens: &Tokens) -> Value {
    json!({
        "access_token": tokens.access, "expires_in": ACCESS_SECONDS, "refresh_token": tokens.refresh,
        "scope": tokens.scopes, "token_type": "Bearer",
    })
}

/// Whether a code is redeemed by the client that it was given to.
fn agreed(consent: Consent, form: &Query, client_id: &str) -> Result<Identity, &'static str> {
    if consent.identity.client_id != client_id || form.get("redirect_uri") != Some(&consent.redirect_uri) {
        return Err("Bad Request");
    }
    let verifier = form.get("code_verifier");
    match (consent.challenge, verifier) {
        (None, _) => Ok(consent.identity),
        (Some(_), None) => Err("Missing code verifier."),
        (Some(Challenge::Plain(challenge)), Some(verifier)) if challenge == verifier => Ok(consent.identity),
        (Some(Challenge::Sha256(challenge)), Some(verifier))
            if challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) =>
        {
            Ok(consent.identity)
        }
        (Some(_), Some(_)) => Err("Invalid code verifier."),
    }
}

/// The token is in the form or, without a body, in the address.
pub(crate) async fn revoke(State(state): State<Shared>, uri: Uri, body: Bytes) -> Response {
    let (form, query) = (Query::parse(&body), Query::of(&uri));
    let token = form.get("token").or(query.get("token")).unwrap_or_default();
    match lock(&state.accounts).revoke(token) {
        true => Json(json!({})).into_response(),
        false => denied(StatusCode::BAD_REQUEST, "invalid_token", "Token expired or revoked"),
    }
}

pub(crate) async fn token_info(State(state): State<Shared>, uri: Uri) -> Response {
    let query = Query::of(&uri);
    let token = query.get("access_token").unwrap_or_default();
    let (accounts, now) = (lock(&state.accounts), state.now());
    match accounts.identify(token, now) {
        Some(identity) => {
            let left = accounts.seconds_left(token, now).to_string();
            Json(json!({"azp": identity.client_id, "aud": identity.client_id, "scope": identity.scopes, "expires_in": left}))
                .into_response()
        }
        None => denied(StatusCode::BAD_REQUEST, "invalid_token", "Invalid Value"),
    }
}

pub(crate) async fn user_info(State(state): State<Shared>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let token = bearer(&headers).unwrap_or_default();
    let identity = lock(&state.accounts)
        .identify(token, state.now())
        .ok_or_else(Refusal::unauthenticated)?;
    let channel = state.moment().census.channel(identity.channel);
    let id = format!("10{:019}", identity.channel);
    Ok(Json(
        json!({"id": id, "name": channel.title, "given_name": channel.title, "locale": channel.language}),
    ))
}

/// The user and password of a `Basic` header.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let bytes = STANDARD.decode(authorised(headers, "basic")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn denied(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({"error": error, "error_description": description}))).into_response()
}

/// A mistake of the client that is shown to the user, not sent to the redirect.
fn problem(error: &str, description: &str) -> Response {
    (StatusCode::BAD_REQUEST, format!("Error 400: {error}\n{description}\n")).into_response()
}
