//! The one real clock. It is made in `main` and handed down.

use chrono::{DateTime, Utc};
use events::Clock;

pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for the time"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
