//! Channels that their owners have connected: OAuth 2.0 with Google, tokens kept encrypted, renewed where they are used.
//!
//! The authorisation code flow with PKCE (RFC 6749, RFC 7636; Google, "OAuth 2.0 for web server applications"): [`Flow`]
//! sends the owner to Google and takes the answer, [`Connections`] keeps what came of it and hands out access tokens. A
//! token that Google no longer takes is a state of the channel, and asks for a new connection.

mod connections;
mod flow;
mod keyring;
mod settings;
mod store;
mod tokens;

pub use connections::{Connection, Connections, State};
pub use flow::{Answered, ConnectError, Flow, Sent};
pub use keyring::{Keyring, KeyringError};
pub use settings::OauthSettings;

/// CloudEvents `source` of what is told about connections.
pub const SOURCE: &str = "/ingest/connect";
