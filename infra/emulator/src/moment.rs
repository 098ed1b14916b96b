//! The world as it is at one moment, for the length of one answer.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use chrono::{DateTime, SubsecRound, Utc};
use ingest::sources::simulate::Census;

pub(crate) struct Moment<'a> {
    pub(crate) census: RwLockReadGuard<'a, Census>,
    /// In whole seconds.
    pub(crate) now: DateTime<Utc>,
}

impl<'a> Moment<'a> {
    pub(crate) fn at(census: &'a RwLock<Census>, now: DateTime<Utc>) -> Self {
        let now = now.trunc_subsecs(0);
        let known = census.read().unwrap_or_else(PoisonError::into_inner);
        if known.knows(now) {
            return Self { census: known, now };
        }
        drop(known);
        let reached = census.write().unwrap_or_else(PoisonError::into_inner).reach(now);
        if let Err(error) = reached {
            tracing::error!(%error, "the world can't go on");
        }
        let census = census.read().unwrap_or_else(PoisonError::into_inner);
        Self { census, now }
    }
}
