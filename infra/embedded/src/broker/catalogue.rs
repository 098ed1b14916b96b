//! Which topics and partitions there are, remembered between requests.
//!
//! Topics only change through this process, and only their deletion takes anything away, so what was found stays
//! true until [`Catalogue::delete`].

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tansu_broker::Error;
use tansu_sans_io::ErrorCode;
use tansu_storage::{Storage as _, StorageContainer, TopicId};
use uuid::Uuid;

use crate::record_log::Partition;

/// A topic that exists.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub(super) name: String,
    partitions: i32,
}

impl Topic {
    pub(super) fn partition(&self, number: i32) -> Option<Partition> {
        (0..self.partitions).contains(&number).then(|| Partition {
            topic: self.name.clone(),
            number,
        })
    }
}

/// How long another writer may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(super) struct Catalogue {
    storage: StorageContainer,
    /// Where Tansu keeps topics and groups.
    file: PathBuf,
    known: Arc<RwLock<HashMap<TopicId, Topic>>>,
}

impl Catalogue {
    pub(super) fn new(storage: StorageContainer, file: PathBuf) -> Self {
        Self {
            storage,
            file,
            known: Arc::default(),
        }
    }

    /// Newer clients fetch by id, older ones by name.
    pub(super) async fn by_id_or_name(&self, id: Option<[u8; 16]>, name: Option<&str>) -> Result<Option<Topic>, Error> {
        match (name, id) {
            (Some(name), _) if !name.is_empty() => self.by_name(name).await,
            (_, Some(id)) => self.find(TopicId::Id(Uuid::from_bytes(id))).await,
            _ => Ok(None),
        }
    }

    pub(super) async fn by_name(&self, name: &str) -> Result<Option<Topic>, Error> {
        self.find(TopicId::Name(name.to_owned())).await
    }

    async fn find(&self, id: TopicId) -> Result<Option<Topic>, Error> {
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned();
        if known.is_some() {
            return Ok(known);
        }
        let metadata = self.storage.metadata(Some(std::slice::from_ref(&id))).await?;
        let found = metadata.topics().first().and_then(|topic| {
            let partitions = topic.partitions.as_ref().map_or(0, Vec::len);
            (topic.error_code == i16::from(ErrorCode::None) && partitions > 0).then_some(())?;
            Some(Topic {
                name: topic.name.clone()?,
                partitions: i32::try_from(partitions).ok()?,
            })
        });
        if let Some(topic) = &found {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(id, topic.clone());
        }
        Ok(found)
    }

    /// Deletes the topic itself, with its configuration and what groups have committed of it; its records are the log's matter.
    ///
    /// It is done here, as Tansu's own deletion takes every topic of the cluster (`topic_delete_by.sql` of tansu-storage 0.6.0
    /// joins the cluster with the topic, and deletes by the cluster). What belongs to a topic goes with it by Tansu's foreign keys.
    pub(super) async fn delete(&self, name: &str) -> Result<(), libsql::Error> {
        let database = libsql::Builder::new_local(&self.file).build().await?;
        let connection = database.connect()?;
        connection.busy_timeout(PATIENCE)?;
        connection.execute("PRAGMA foreign_keys = ON", ()).await?;
        connection.execute("DELETE FROM topic WHERE name = ?1", [name]).await?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }
}
