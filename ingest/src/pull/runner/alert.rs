//! What people should know, as events: one for each threshold of a quota on a day, one for each connection that ended.

use std::collections::BTreeMap;

use events::payload::{AlertKind, Severity};
use events::{Alert, Event};

use super::Reading;
use crate::pull::ledger::Warning;
use crate::pull::{Lost, Trouble};

const SOURCE: &str = "/ingest/quota";

impl Reading<'_> {
    /// Sends what was crossed and not told yet. It is marked as told afterwards: a kill in between repeats the event,
    /// with the same id.
    pub(super) async fn send_warnings(&self) -> Result<(), Trouble> {
        for warning in self.runner.ledger.warnings().await? {
            let event = event(&warning).map_err(|invalid| Trouble::ours(invalid.to_string()))?;
            tracing::warn!(
                project = warning.project,
                bucket = warning.bucket,
                percent = warning.percent,
                "quota is running out"
            );
            self.deliver(vec![event.into()]).await?;
            self.runner.ledger.warned(&warning).await?;
        }
        Ok(())
    }

    /// Tells of connections that the vendor takes no longer, as [`Reading::send_warnings`] does.
    pub(super) async fn send_lost(&self) -> Result<(), Trouble> {
        let Some(wallet) = &self.runner.wallet else {
            return Ok(());
        };
        for lost in wallet.lost().await? {
            let event = lost_event(&lost).map_err(|invalid| Trouble::ours(invalid.to_string()))?;
            tracing::warn!(channel = lost.account, "a channel has to be connected again");
            self.deliver(vec![event.into()]).await?;
            wallet.told(&lost).await?;
        }
        Ok(())
    }
}

fn lost_event(lost: &Lost) -> Result<Event<Alert>, events::Invalid> {
    let alert = Alert {
        kind: AlertKind::Credential,
        severity: Severity::Critical,
        subject: lost.account.clone(),
        message: format!(
            "access to the channel {:?} was taken back or has expired: connect it again, nothing is read of it until then",
            lost.title
        ),
        details: BTreeMap::new(),
    };
    Event::new(crate::connect::SOURCE, lost.at, alert)
}

fn event(warning: &Warning) -> Result<Event<Alert>, events::Invalid> {
    let Warning {
        project,
        day,
        bucket,
        percent,
        crossed_at,
    } = warning;
    let details = [
        ("bucket", bucket.clone()),
        ("day", day.to_string()),
        ("percent", percent.to_string()),
    ];
    let alert = Alert {
        kind: AlertKind::Quota,
        severity: if *percent < 95 {
            Severity::Warning
        } else {
            Severity::Critical
        },
        subject: project.clone(),
        message: format!(
            "{percent} % of the {bucket} quota of project {project} for {day} (Pacific) are spent: read less often, or \
             ask Google for more"
        ),
        details: details
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    };
    Event::new(SOURCE, *crossed_at, alert)
}
