use std::io::Read;

use anyhow::Result;
use batch::{Session, SqlError};
use futures::StreamExt;

use super::Start;
use crate::cli::SqlOptions;
use crate::exit::{Done, wrong_use};
use crate::output::{Form, RowWriter};
use crate::platform;

/// Reads the lake where it lies: no broker, no database, and no matter whether somebody writes to it.
pub async fn run(start: Start, options: SqlOptions) -> Result<Done> {
    let form = if options.csv { Form::Csv } else { start.global.form() };
    let mut query = options.query;
    if query == "-" {
        query.clear();
        std::io::stdin().read_to_string(&mut query)?;
    }
    let session = Session::open(&platform::lake(&start.settings)?).await?;
    let (schema, mut batches) = session.query(&query).await.map_err(|error| match error {
        SqlError::Query(_) => wrong_use(error),
        other => other.into(),
    })?;
    let mut rows = RowWriter::new(form, schema)?;
    while let Some(batch) = batches.next().await {
        rows.write(batch?)?;
    }
    rows.finish()?;
    Ok(Done::Wholly)
}
