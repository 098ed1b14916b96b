//! When a target that was put off is tried again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Reading;
use crate::pull::store::Ending;
use crate::pull::{Kind, QuotaLeft, Target, Trouble};

/// A vendor in trouble is asked again after a minute, and after twice as long every time it still is.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

impl Reading<'_> {
    /// Writes down why the run could not go on, and when it does.
    pub(super) async fn put_off(
        &self,
        target: &Target,
        trouble: &Trouble,
        units_to_go: Option<u64>,
    ) -> Result<Ending, Trouble> {
        let now = self.runner.clock.now();
        let failures = self.runner.store.failures(self.source.name, &target.name).await?;
        let next_run = next_run(trouble, failures, now);
        let done_by = match (trouble.kind, trouble.until, units_to_go, self.vendor.project()) {
            (Kind::Quota, Some(until), Some(units), Some(project)) => {
                let left = self.runner.ledger.left(project).await?;
                Some(done_by(until, units, &left))
            }
            _ => None,
        };
        let ending = Ending {
            state: trouble.kind.name(),
            error: Some(trouble.what.clone()),
            next_run,
            done_by,
            // a request that is refused would be refused again: the next run starts anew
            forgets_cursor: trouble.kind == Kind::Input,
        };
        self.runner
            .store
            .put_off(self.source.name, &target.name, &ending, now)
            .await?;
        Ok(ending)
    }
}

/// `None`: not before somebody has done something.
fn next_run(trouble: &Trouble, failures: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = FIRST_PAUSE.saturating_mul(1 << failures.min(10)).min(LONGEST_PAUSE);
    match trouble.kind {
        Kind::Input | Kind::Credential | Kind::Ours => None,
        Kind::Quota => Some(trouble.until.unwrap_or(now + LONGEST_PAUSE)),
        Kind::Rate | Kind::Dependency => Some(now + trouble.after.unwrap_or(pause)),
    }
}

/// The day on which so many units will have been had, if all of every day's units are ours.
fn done_by(reset: DateTime<Utc>, units: u64, left: &[QuotaLeft]) -> DateTime<Utc> {
    let daily = left
        .iter()
        .map(|left| left.limit)
        .max()
        .unwrap_or(1)
        .max(1)
        .unsigned_abs();
    let more_days = units.saturating_sub(1) / daily;
    reset + chrono::Duration::days(i64::try_from(more_days).unwrap_or(3650).min(3650))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-25T12:00:00Z".parse().expect("a time")
    }

    #[test]
    fn what_needs_somebody_waits_for_somebody() {
        for kind in [Kind::Input, Kind::Credential, Kind::Ours] {
            assert_eq!(next_run(&Trouble::new(kind, "x"), 0, now()), None);
        }
    }

    #[test]
    fn a_dependency_is_asked_after_longer_and_longer_pauses_or_when_it_says() {
        let pause = |failures| {
            let next = next_run(&Trouble::dependency("x"), failures, now()).expect("a time");
            (next - now()).num_seconds()
        };
        assert_eq!([0, 1, 2, 30].map(pause), [60, 120, 240, 3600]);
        let mut asked = Trouble::new(Kind::Rate, "x");
        asked.after = Some(Duration::from_secs(90));
        assert_eq!(next_run(&asked, 3, now()), Some(now() + Duration::from_secs(90)));
    }

    #[test]
    fn a_job_for_three_days_says_so() {
        let left = QuotaLeft {
            project: "p".into(),
            bucket: "default".into(),
            limit: 10_000,
            used: 10_000,
            reserved: 0,
            left: 0,
            resets_at: now(),
        };
        let done = |units| (done_by(now(), units, std::slice::from_ref(&left)) - now()).num_days();
        assert_eq!([1, 10_000, 10_001, 25_000].map(done), [0, 0, 1, 2]);
    }
}
