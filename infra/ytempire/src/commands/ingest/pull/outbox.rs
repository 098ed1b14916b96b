//! The log as several sources share it: one page at a time, each confirmed before its cursor moves.

use anyhow::Result;
use async_trait::async_trait;
use ingest::Outgoing;
use ingest::pull::{Outbox, Undelivered};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;
use crate::sending::Sending;

pub struct SharedSending(Mutex<Sending>);

impl SharedSending {
    pub fn open(platform: &Platform) -> Result<Self> {
        let mut sending = Sending::open(platform, CancellationToken::new())?;
        sending.begin();
        Ok(Self(Mutex::new(sending)))
    }

    pub fn into_inner(self) -> Sending {
        self.0.into_inner()
    }
}

#[async_trait]
impl Outbox for SharedSending {
    async fn deliver(&self, records: Vec<Outgoing>) -> Result<(), Undelivered> {
        let mut sending = self.0.lock().await;
        let undelivered = |error: anyhow::Error| Undelivered(format!("{error:#}"));
        sending.look_who_is_withheld().await.map_err(undelivered)?;
        for record in &records {
            sending.send_one(record, 0).await.map_err(undelivered)?;
        }
        sending.flush().await.map_err(undelivered)
    }
}
