//! Who has been granted what: codes, access tokens, refresh tokens.
//!
//! Refresh tokens rotate: each refresh gives the next one, and the one before stays good until the next is used, so
//! that a client that dies between can go on. A token used after its successor was revokes the grant.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Identity;
use crate::secrets;

/// How long an access token is good, in seconds, as Google says it.
pub(crate) const ACCESS_SECONDS: i64 = 3599;
const CODE_SECONDS: i64 = 600;

/// What was agreed to when a code was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) identity: Identity,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
}

/// PKCE (RFC 7636).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    Plain(String),
    Sha256(String),
}

#[derive(Debug)]
struct Grant {
    identity: Identity,
    current: String,
    next: Option<String>,
    revoked: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scopes: String,
}

#[derive(Debug)]
pub(crate) struct Accounts {
    seed: u64,
    given: u64,
    codes: HashMap<String, (Consent, DateTime<Utc>)>,
    access: HashMap<String, (usize, DateTime<Utc>)>,
    refresh: HashMap<String, usize>,
    grants: Vec<Grant>,
}

impl Accounts {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            given: 0,
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            grants: Vec::new(),
        }
    }

    fn token(&mut self, prefix: &str) -> String {
        self.given += 1;
        let name = secrets::opaque(&["token", prefix, &self.seed.to_string(), &self.given.to_string()], 43);
        format!("{prefix}{name}")
    }

    pub(crate) fn give_code(&mut self, consent: Consent, now: DateTime<Utc>) -> String {
        let code = self.token("4/0A");
        let until = now + TimeDelta::seconds(CODE_SECONDS);
        self.codes.insert(code.clone(), (consent, until));
        code
    }

    /// A code is good once and not for long.
    pub(crate) fn take_code(&mut self, code: &str, now: DateTime<Utc>) -> Option<Consent> {
        let (consent, until) = self.codes.remove(code)?;
        (now < until).then_some(consent)
    }

    pub(crate) fn grant(&mut self, identity: Identity, now: DateTime<Utc>) -> Tokens {
        let refresh = self.token("1//0");
        self.refresh.insert(refresh.clone(), self.grants.len());
        let scopes = identity.scopes.clone();
        self.grants.push(Grant {
            identity,
            current: refresh.clone(),
            next: None,
            revoked: false,
        });
        let access = self.give_access(self.grants.len() - 1, now);
        Tokens {
            access,
            refresh,
            scopes,
        }
    }

    /// `None` for a token that is not good, or not for this client.
    pub(crate) fn renew(&mut self, token: &str, client_id: &str, now: DateTime<Utc>) -> Option<Tokens> {
        let number = *self.refresh.get(token)?;
        let grant = &mut self.grants[number];
        if grant.revoked || grant.identity.client_id != client_id {
            return None;
        }
        if grant.next.as_deref() == Some(token) {
            grant.current = token.to_owned();
            grant.next = None;
        } else if grant.current != token {
            grant.revoked = true;
            return None;
        }
        let refresh = match self.grants[number].next.clone() {
            Some(next) => next,
            None => {
                let next = self.token("1//0");
                self.refresh.insert(next.clone(), number);
                self.grants[number].next = Some(next.clone());
                next
            }
        };
        let scopes = self.grants[number].identity.scopes.clone();
        let access = self.give_access(number, now);
        Some(Tokens {
            access,
            refresh,
            scopes,
        })
    }

    fn give_access(&mut self, grant: usize, now: DateTime<Utc>) -> String {
        let access = self.token("ya29.");
        let until = now + TimeDelta::seconds(ACCESS_SECONDS);
        self.access.insert(access.clone(), (grant, until));
        access
    }

    /// Whose an access token is; `None` for one that is unknown, expired or revoked.
    pub(crate) fn identify(&self, token: &str, now: DateTime<Utc>) -> Option<Identity> {
        let (grant, until) = self.access.get(token)?;
        let grant = &self.grants[*grant];
        (now < *until && !grant.revoked).then(|| grant.identity.clone())
    }

    pub(crate) fn seconds_left(&self, token: &str, now: DateTime<Utc>) -> i64 {
        self.access
            .get(token)
            .map_or(0, |(_, until)| (*until - now).num_seconds())
    }

    /// Takes a grant back, by either of its tokens; false for a token nobody was given.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        let by_access = self.access.get(token).map(|(grant, _)| *grant);
        let Some(grant) = by_access.or_else(|| self.refresh.get(token).copied()) else {
            return false;
        };
        self.grants[grant].revoked = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            channel: 3,
            client_id: "c".to_owned(),
            scopes: "s".to_owned(),
        }
    }

    #[test]
    fn refresh_tokens_rotate_and_a_spent_one_ends_the_grant() {
        let (mut accounts, now) = (Accounts::new(1), DateTime::UNIX_EPOCH);
        let first = accounts.grant(identity(), now);
        let second = accounts.renew(&first.refresh, "c", now).expect("renewed");
        assert_ne!(first.refresh, second.refresh);
        let again = accounts
            .renew(&first.refresh, "c", now)
            .expect("a client that died in between goes on");
        assert_eq!(again.refresh, second.refresh);
        let third = accounts.renew(&second.refresh, "c", now).expect("renewed");
        assert_eq!(accounts.identify(&third.access, now), Some(identity()));
        assert_eq!(accounts.renew(&first.refresh, "c", now), None, "spent");
        assert_eq!(
            accounts.renew(&third.refresh, "c", now),
            None,
            "the whole grant is taken back"
        );
        assert_eq!(accounts.identify(&third.access, now), None);
    }

    #[test]
    fn tokens_end() {
        let (mut accounts, now) = (Accounts::new(1), DateTime::UNIX_EPOCH);
        let tokens = accounts.grant(identity(), now);
        assert!(
            accounts
                .identify(&tokens.access, now + TimeDelta::seconds(ACCESS_SECONDS - 1))
                .is_some()
        );
        assert!(
            accounts
                .identify(&tokens.access, now + TimeDelta::seconds(ACCESS_SECONDS))
                .is_none()
        );
        assert!(accounts.renew(&tokens.refresh, "another", now).is_none());
        assert!(accounts.revoke(&tokens.access) && !accounts.revoke("nobody's"));
        assert!(accounts.identify(&tokens.access, now).is_none());
    }
}
