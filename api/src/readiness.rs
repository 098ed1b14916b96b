//! Which parts of the process are ready. The parts report; `/readyz` reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

/// A register of named components, shared by cloning. A component that has never reported is not waited for, so the
/// binary reports every component it starts as not ready first.
#[derive(Debug, Clone)]
pub struct Readiness(Arc<watch::Sender<BTreeMap<&'static str, Option<String>>>>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(BTreeMap::new())))
    }
}

impl Readiness {
    pub fn ready(&self, component: &'static str) {
        self.0.send_modify(|components| {
            components.insert(component, None);
        });
    }

    /// `why` is shown to whoever asks: it says what is waited for, without addresses or credentials.
    pub fn not_ready(&self, component: &'static str, why: impl Into<String>) {
        self.0.send_modify(|components| {
            components.insert(component, Some(why.into()));
        });
    }

    /// Every component that is not ready, and why.
    pub fn waiting_for(&self) -> BTreeMap<&'static str, String> {
        let components = self.0.borrow();
        let waiting = components.iter();
        waiting.filter_map(|(name, why)| Some((*name, why.clone()?))).collect()
    }
}
