//! How long to wait before the next try: exponential with full jitter, or as long as the vendor says.
//!
//! Full jitter is a uniform draw between zero and the exponential bound, which spreads clients that failed together
//! (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Patience with a vendor.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Bound of the first wait; it doubles with every try.
    pub first: Duration,
    pub longest: Duration,
    /// Calls in all before the run is put off.
    pub tries: u32,
    /// A vendor that wants to be left alone for longer is left alone until the next run.
    pub patience: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            tries: 5,
            patience: Duration::from_secs(60),
        }
    }
}

impl Backoff {
    /// The longest that is waited after `failures` failures (1 for the first).
    pub fn bound(&self, failures: u32) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        doubled.min(self.longest)
    }

    /// A wait between zero and the bound.
    pub fn wait(&self, failures: u32) -> Duration {
        self.bound(failures).mul_f64(rand::random_range(0.0..=1.0))
    }
}

/// `Retry-After`: seconds, or an HTTP date (RFC 9110, section 10.2.3).
pub fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date: DateTime<Utc> = httpdate::parse_http_date(header).ok()?.into();
    Some((date - now).to_std().unwrap_or_default())
}

/// `x-rate-limit-reset`: when calls may be made again, in seconds since 1970 (X API, "Rate limits").
pub(super) fn retry_at(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let at = DateTime::from_timestamp(header.trim().parse().ok()?, 0)?;
    Some((at - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2015-10-21T07:27:00Z".parse().expect("a time")
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after(" 120 ", now()), Some(Duration::from_secs(120)));
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(retry_after(date, now()), Some(Duration::from_secs(60)));
        let past = "Wed, 21 Oct 2015 07:00:00 GMT";
        assert_eq!(retry_after(past, now()), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now()), None);
    }

    #[test]
    fn a_reset_is_a_moment() {
        let after = |seconds: i64| retry_at(&(now().timestamp() + seconds).to_string(), now());
        assert_eq!(after(900), Some(Duration::from_secs(900)));
        assert_eq!(after(-5), Some(Duration::ZERO));
        assert_eq!(retry_at("soon", now()), None);
    }

    #[test]
    fn waits_grow_to_a_bound_and_are_spread_below_it() {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(1),
            ..Backoff::default()
        };
        let bounds = [1, 2, 3, 4, 5, 99].map(|failures| backoff.bound(failures).as_millis());
        assert_eq!(bounds, [100, 200, 400, 800, 1000, 1000]);
        let waits: Vec<_> = (0..50).map(|_| backoff.wait(5)).collect();
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(1)));
        assert!(waits.iter().any(|wait| *wait != waits[0]), "no jitter");
    }
}
