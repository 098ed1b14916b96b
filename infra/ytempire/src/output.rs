//! Data to standard output, in the form asked for. Everything else goes to standard error.

use std::io::{IsTerminal, Write};

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::datatypes::SchemaRef;
use arrow::json::ArrayWriter;
use arrow::util::pretty::pretty_format_batches;
use comfy_table::{Table, presets};
use serde::Serialize;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Table,
    Json,
    Csv,
}

/// Writes text to standard output; a closed pipe is no failure of ours.
pub fn print(text: &str) -> Result<()> {
    finish(std::io::stdout().lock().write_all(text.as_bytes()))
}

pub fn print_json(value: &impl Serialize) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// A table of texts, for people.
pub fn print_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    print(&format!("{table}\n"))
}

/// Rows as they come. A table needs all of them for its column widths; the others are written batch by batch.
pub enum RowWriter {
    Table(Vec<RecordBatch>),
    Json(ArrayWriter<std::io::BufWriter<std::io::Stdout>>),
    Csv(Box<arrow::csv::Writer<std::io::BufWriter<std::io::Stdout>>>),
}

impl RowWriter {
    pub fn new(form: Form, schema: SchemaRef) -> Result<Self> {
        let out = std::io::BufWriter::new(std::io::stdout());
        let empty = RecordBatch::new_empty(schema);
        let mut writer = match form {
            Form::Table => RowWriter::Table(Vec::new()),
            Form::Json => RowWriter::Json(arrow::json::WriterBuilder::new().with_explicit_nulls(true).build(out)),
            Form::Csv => RowWriter::Csv(Box::new(WriterBuilder::new().with_header(true).build(out))),
        };
        // so that an answer without rows still has its columns
        if form != Form::Json {
            writer.write(empty)?;
        }
        Ok(writer)
    }

    pub fn write(&mut self, batch: RecordBatch) -> Result<()> {
        match self {
            RowWriter::Table(batches) => batches.push(batch),
            RowWriter::Json(writer) => writer.write(&batch)?,
            RowWriter::Csv(writer) => writer.write(&batch)?,
        }
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        match self {
            RowWriter::Table(batches) => print(&format!("{}\n", pretty_format_batches(&batches)?)),
            RowWriter::Json(mut writer) => {
                writer.finish()?;
                let mut out = writer.into_inner();
                finish(out.write_all(b"\n").and_then(|()| out.flush()))
            }
            RowWriter::Csv(writer) => finish(writer.into_inner().flush()),
        }
    }
}

fn finish(outcome: std::io::Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether somebody watches standard error.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}
