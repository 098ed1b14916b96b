//! A SQL session over the lake.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{col, lit};
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use features::FAMILIES;
use lake::{Lake, LakeError, Table};
use thiserror::Error;

use crate::catalogue::{GOLD, VIEWS, like, names};

#[derive(Debug, Error)]
pub enum SqlError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The query's own fault.
    #[error("{0}")]
    Query(String),
    /// The query was fine, running it was not.
    #[error("query failed: {0}")]
    Run(#[source] Box<DataFusionError>),
}

/// The catalogue of the lake, opened at the newest version of every table.
pub struct Session {
    context: SessionContext,
}

impl Session {
    /// # Errors
    /// The lake can't be reached.
    pub async fn open(lake: &Lake) -> Result<Self, SqlError> {
        let config = SessionConfig::new()
            .with_information_schema(true)
            .with_default_catalog_and_schema("lake", "public");
        let context = SessionContext::new_with_config(config);
        features::functions::register(&context);
        let session = Self { context };
        session.register_tables(lake).await?;
        session.register_views().await?;
        Ok(session)
    }

    async fn register_tables(&self, lake: &Lake) -> Result<(), SqlError> {
        for layer in ["bronze", "silver"] {
            self.schema(layer)?;
        }
        for table in Table::ALL {
            let provider = lake.provider(table, &self.context).await?;
            let schema = self.schema(table.layer())?;
            schema.register_table(table.name(), provider).map_err(run)?;
        }
        Ok(())
    }

    async fn register_views(&self) -> Result<(), SqlError> {
        for view in VIEWS {
            let frame = self.context.sql(view.sql).await.map_err(run)?;
            let schema = self.schema(view.schema)?;
            schema
                .register_table(view.name.to_owned(), frame.into_view())
                .map_err(run)?;
        }
        Ok(())
    }

    /// Every materialised view as the lake would have it now: `gold.videos` is what `views.videos` will be once all is read.
    async fn register_gold(&self) -> Result<(), SqlError> {
        let schema = self.schema(GOLD)?;
        for family in FAMILIES {
            let mut rows = BTreeMap::new();
            for topic in family.topics() {
                let table = self.context.table(Table::of(topic).to_string()).await.map_err(run)?;
                let accepted = table.filter(col("_verdict").eq(lit("accepted"))).map_err(run)?;
                rows.insert(topic, accepted.into_view());
            }
            let views = features::plan(family, &rows).await;
            let views = views.map_err(|error| run(DataFusionError::External(Box::new(error))))?;
            for (name, view) in views {
                schema.register_table(name.to_owned(), view).map_err(run)?;
            }
        }
        Ok(())
    }

    /// The schema of that name, made first when it is not there.
    fn schema(&self, name: &str) -> Result<Arc<dyn SchemaProvider>, SqlError> {
        let missing = || run(DataFusionError::Internal("the session has no catalogue".to_owned()));
        let catalogue = self.context.catalog("lake").ok_or_else(missing)?;
        if catalogue.schema(name).is_none() {
            let made = Arc::new(MemorySchemaProvider::new());
            catalogue.register_schema(name, made).map_err(run)?;
        }
        catalogue.schema(name).ok_or_else(missing)
    }

    /// Plans and starts a read-only query: its schema and its batches.
    ///
    /// # Errors
    /// [`SqlError::Query`] says what is wrong with the query, and which names come close to a misspelt one.
    pub async fn query(&self, sql: &str) -> Result<(SchemaRef, SendableRecordBatchStream), SqlError> {
        if asks_for_gold(sql) {
            self.register_gold().await?;
        }
        let frame = self.plan(sql).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let stream = frame.execute_stream().await.map_err(run)?;
        Ok((schema, stream))
    }

    async fn plan(&self, sql: &str) -> Result<DataFrame, SqlError> {
        let read_only = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let planned = self.context.sql_with_options(sql, read_only).await;
        planned.map_err(|error| SqlError::Query(explain(&error)))
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }
}

/// Planning all views takes a while, so they are only where a query names them, or may be after the names of all.
fn asks_for_gold(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    [GOLD, "show", "information_schema"]
        .iter()
        .any(|word| sql.contains(word))
}

fn run(error: DataFusionError) -> SqlError {
    SqlError::Run(Box::new(error))
}

/// DataFusion's message without its wrapping, and for an unknown table the names that exist.
fn explain(error: &DataFusionError) -> String {
    let message = error.strip_backtrace();
    let Some(wanted) = unknown_table(&message) else {
        return message;
    };
    let close = like(&wanted);
    match close.is_empty() {
        true => format!("there is no table {wanted}; there are: {}", names().join(", ")),
        false => format!("there is no table {wanted}; did you mean {}?", close.join(" or ")),
    }
}

/// `a.b` from "… table 'lake.a.b' not found".
fn unknown_table(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("table '")?;
    let (name, rest) = rest.split_once('\'')?;
    if !rest.starts_with(" not found") {
        return None;
    }
    let name = name.strip_prefix("lake.").unwrap_or(name);
    Some(name.strip_prefix("public.").unwrap_or(name).to_owned())
}
