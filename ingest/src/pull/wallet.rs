//! Access to accounts that their owners have connected: who has, and with which token.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Secret, Trouble};

/// Hands out access tokens of connected accounts. An account is named by its YouTube channel id.
#[async_trait]
pub trait Wallet: Send + Sync {
    /// Accounts that are connected now.
    ///
    /// # Errors
    /// The database does not answer.
    async fn accounts(&self) -> Result<Vec<String>, Trouble>;

    /// A token that is good for at least a minute, renewed if need be.
    ///
    /// # Errors
    /// [`super::Kind::Credential`] when the account has to be connected again.
    async fn token(&self, account: &str) -> Result<Secret, Trouble>;

    /// The vendor refused this token before its time: the next one will be a new one.
    ///
    /// # Errors
    /// The database does not answer.
    async fn refused(&self, account: &str, token: &Secret) -> Result<(), Trouble>;

    /// Connections that have ended, and that nobody was told of yet.
    ///
    /// # Errors
    /// The database does not answer.
    async fn lost(&self) -> Result<Vec<Lost>, Trouble>;

    /// Somebody was told.
    ///
    /// # Errors
    /// The database does not answer.
    async fn told(&self, lost: &Lost) -> Result<(), Trouble>;
}

/// A connection that the vendor takes no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub account: String,
    pub title: String,
    pub at: DateTime<Utc>,
}
