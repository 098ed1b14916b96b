//! Where the lake is, and how its tables are opened.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::error::ArrowError;
use deltalake::datafusion::catalog::TableProvider;
use deltalake::datafusion::prelude::SessionContext;
use deltalake::kernel::{StructField, StructType, engine::arrow_conversion::TryIntoKernel};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use url::Url;

use crate::{LakeError, Table, cloud};

/// Room that a commit and its checkpoint may need.
const NEEDED_MIB: u64 = 32;

/// A lake: one place, many tables.
#[derive(Debug, Clone)]
pub struct Lake {
    root: Url,
    options: HashMap<String, String>,
}

impl Lake {
    /// `location` is a folder or a URL; `options` are those of the object store (keys, endpoint, region).
    ///
    /// # Errors
    /// The location can't be understood, the folder can't be made, or there is no such kind of store.
    pub fn open(location: &str, options: HashMap<String, String>) -> Result<Self, LakeError> {
        let refuse = |reason: String| LakeError::Location {
            location: location.to_owned(),
            reason,
        };
        cloud::register();
        let root = deltalake::ensure_table_uri(location).map_err(|error| refuse(error.to_string()))?;
        if root.scheme() != "file" && !cloud::SCHEMES.contains(&root.scheme()) {
            return Err(refuse(format!("{}:// is no store that is known here", root.scheme())));
        }
        Ok(Self { root, options })
    }

    pub fn url(&self) -> &Url {
        &self.root
    }

    /// Where a table is, such as `<lake>/bronze/youtube_video_snapshots`.
    pub fn table_url(&self, table: Table) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(table.layer()).push(&table.name()).push("");
        }
        url
    }

    /// The table's newest version, for DataFusion; `session` learns how to reach its files.
    ///
    /// # Errors
    /// The table can't be read.
    pub async fn provider(&self, table: Table, session: &SessionContext) -> Result<Arc<dyn TableProvider>, LakeError> {
        let delta = self.create_or_load(table).await?;
        scannable(&delta, session).await.map_err(|error| opening(table, error))
    }

    /// The table, made first when it is not there, and with every column of the catalogue.
    pub(crate) async fn create_or_load(&self, table: Table) -> Result<DeltaTable, LakeError> {
        self.make_folder(table)?;
        let mut delta = self.builder(table)?.build().map_err(|error| opening(table, error))?;
        match delta.load().await {
            Ok(()) => self.widen(table, delta).await,
            Err(DeltaTableError::NotATable(_)) => self.create(table, delta).await,
            Err(error) => Err(opening(table, error)),
        }
    }

    /// Adds the columns that came into the catalogue after the table was made: at its end, null in the rows it has.
    async fn widen(&self, table: Table, delta: DeltaTable) -> Result<DeltaTable, LakeError> {
        let missing = missing_columns(table, &delta)?;
        if missing.is_empty() {
            return Ok(delta);
        }
        match delta.add_columns().with_fields(missing).await {
            Ok(widened) => Ok(widened),
            Err(error) => {
                let delta = self.load(table).await?;
                // somebody else was faster
                match missing_columns(table, &delta)?.is_empty() {
                    true => Ok(delta),
                    false => Err(opening(table, error)),
                }
            }
        }
    }

    async fn load(&self, table: Table) -> Result<DeltaTable, LakeError> {
        let mut delta = self.builder(table)?.build().map_err(|error| opening(table, error))?;
        delta.load().await.map_err(|error| opening(table, error))?;
        Ok(delta)
    }

    fn builder(&self, table: Table) -> Result<DeltaTableBuilder, LakeError> {
        let builder = DeltaTableBuilder::from_url(self.table_url(table)).map_err(|error| opening(table, error))?;
        Ok(builder.with_storage_options(self.options.clone()))
    }

    async fn create(&self, table: Table, delta: DeltaTable) -> Result<DeltaTable, LakeError> {
        let columns = columns(table)?;
        let made = delta
            .create()
            .with_table_name(table.to_string())
            .with_columns(columns)
            .with_partition_columns([Table::PARTITION])
            .with_configuration_property(deltalake::TableProperty::CheckpointInterval, Some("50"))
            .await;
        match made {
            Ok(made) => Ok(made),
            // somebody else was faster
            Err(_) => self.load(table).await,
        }
    }

    /// Refuses to begin a write that a nearly full disk would break off.
    ///
    /// # Errors
    /// The lake is a folder, and its disk has hardly any room left.
    pub fn check_room(&self) -> Result<(), LakeError> {
        let Ok(folder) = self.root.to_file_path() else {
            return Ok(());
        };
        // a disk that can't be asked is found out by writing
        let Ok(disk) = rustix::fs::statvfs(&folder) else {
            return Ok(());
        };
        let free_mib = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
        match free_mib < NEEDED_MIB {
            true => Err(LakeError::Full {
                location: folder.display().to_string(),
                free_mib,
                needed_mib: NEEDED_MIB,
            }),
            false => Ok(()),
        }
    }

    fn make_folder(&self, table: Table) -> Result<(), LakeError> {
        let Ok(folder) = self.table_url(table).to_file_path() else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder).map_err(|error| LakeError::Location {
            location: folder.display().to_string(),
            reason: error.to_string(),
        })
    }
}

/// The table's columns as Delta knows them.
fn columns(table: Table) -> Result<Vec<StructField>, LakeError> {
    let schema = table.schema();
    let converted: Result<StructType, ArrowError> = schema.as_ref().try_into_kernel();
    let schema = converted.map_err(|error| opening(table, error.into()))?;
    Ok(schema.fields().cloned().collect())
}

/// Columns of the catalogue that the stored table does not have.
fn missing_columns(table: Table, delta: &DeltaTable) -> Result<Vec<StructField>, LakeError> {
    let snapshot = delta.snapshot().map_err(|error| opening(table, error))?;
    let stored = snapshot.schema();
    let mut columns = columns(table)?;
    columns.retain(|column| stored.field(column.name()).is_none());
    Ok(columns)
}

/// The table as a provider that `session` can scan.
pub(crate) async fn scannable(
    delta: &DeltaTable,
    session: &SessionContext,
) -> Result<Arc<dyn TableProvider>, DeltaTableError> {
    delta.update_datafusion_session(&session.state())?;
    Ok(delta.table_provider().await?)
}

fn opening(table: Table, source: DeltaTableError) -> LakeError {
    LakeError::Open {
        table,
        source: Box::new(source),
    }
}
