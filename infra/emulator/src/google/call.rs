//! One call of a Google API: its parameters and who makes it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::Refusal;
use crate::query::Query;
use crate::state::{Shared, lock};

/// Parameters that every Google API takes.
const EVERYWHERE: [&str; 16] = [
    "key",
    "fields",
    "alt",
    "prettyPrint",
    "quotaUser",
    "userIp",
    "access_token",
    "oauth_token",
    "callback",
    "$.xgafv",
    "uploadType",
    "upload_protocol",
    "bearer_token",
    "pp",
    "trace",
    "$prettyPrint",
];

/// Whose data an access token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The channel of the account.
    pub(crate) channel: u32,
    pub(crate) client_id: String,
    /// Separated by spaces.
    pub(crate) scopes: String,
}

impl Identity {
    pub(crate) fn may(&self, any_of: &[&str]) -> bool {
        self.scopes.split(' ').any(|scope| any_of.contains(&scope))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) query: Query,
    pub(crate) key: Option<String>,
    pub(crate) identity: Option<Identity>,
}

impl FromRequestParts<Shared> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Refusal> {
        let query = Query::of(&parts.uri);
        let given = bearer(&parts.headers).or_else(|| query.get("access_token"));
        let identity = match given {
            None => None,
            Some(token) => {
                let found = lock(&state.accounts).identify(token, state.now());
                Some(found.ok_or_else(Refusal::unauthenticated)?)
            }
        };
        let header_key = parts.headers.get("x-goog-api-key").and_then(|key| key.to_str().ok());
        let key = query.get("key").or(header_key).map(str::to_owned);
        if key.as_ref().is_some_and(|key| key.starts_with("invalid")) {
            let message = "API key not valid. Please pass a valid API key.";
            return Err(Refusal::bad_request("global", "badRequest", message));
        }
        Ok(Self { query, key, identity })
    }
}

impl Call {
    /// Who pays for it: the key, or the project of the OAuth client.
    pub(crate) fn project(&self) -> Option<&str> {
        let client = self.identity.as_ref().map(|identity| identity.client_id.as_str());
        client.or(self.key.as_deref())
    }

    /// Refuses a parameter that is not among the known ones.
    pub(crate) fn check_names(&self, known: &[&str]) -> Result<(), Refusal> {
        let unknown = |name: &&str| !known.contains(name) && !EVERYWHERE.contains(name);
        match self.query.names().find(unknown) {
            Some(name) => Err(Refusal::unknown_name(name)),
            None => Ok(()),
        }
    }

    /// The account of the caller.
    pub(crate) fn owner(&self, scopes: &[&str]) -> Result<&Identity, Refusal> {
        let identity = self.identity.as_ref().ok_or_else(Refusal::login_required)?;
        match identity.may(scopes) {
            true => Ok(identity),
            false => Err(Refusal::scope()),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let read = |text: &str| text.parse().map_err(|_| Refusal::invalid(name, text));
        self.query.get(name).map(read).transpose()
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    authorised(headers, "bearer")
}

/// What follows a scheme in the `Authorization` header.
pub(crate) fn authorised<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (word, token) = given.split_once(' ')?;
    word.eq_ignore_ascii_case(scheme).then_some(token.trim())
}
