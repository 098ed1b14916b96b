//! The vendors' HTTP APIs over the simulated world: what demos and tests pull from.
//!
//! One server on the loopback speaks YouTube Data, Analytics and Reporting, Google OAuth, AdSense, Stripe, Reddit, X,
//! TikTok, YouTube's search suggestions, Google Trends and a WebSub hub, each under its real paths. The same seed and
//! clock give the same answers; a counter equals what the simulated world's stream observes at that moment. It
//! misbehaves on request only: see [`Config::fault_rate`] and `POST /_emulator/faults`.
//!
//! It never reads a clock of its own, never calls anything but loopback addresses, and keeps its state in memory.

// `json!` of a whole resource recurses once per token
#![recursion_limit = "512"]

mod adsense;
mod analytics;
mod audience;
mod config;
mod control;
mod faults;
mod feed;
mod fields;
mod google;
mod hub;
mod journal;
mod moment;
mod pacific;
mod page;
mod query;
mod quota;
mod rates;
mod reddit;
mod reporting;
mod router;
mod secrets;
mod server;
mod state;
mod stripe;
mod suggestions;
mod tiktok;
mod trends;
mod x;
mod youtube;

pub use config::Config;
pub use server::{Emulator, EmulatorError, Sights};
