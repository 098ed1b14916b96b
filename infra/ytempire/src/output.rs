//! Data to standard output, in the form asked for. Everything else goes to standard error.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
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

/// As [`print`]; false when nobody reads any more.
pub fn print_while_read(text: &str) -> Result<bool> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).map_err(Into::into),
    }
}

/// An empty screen, on a terminal.
pub fn clear() -> Result<()> {
    match std::io::stdout().is_terminal() {
        true => print("\x1b[2J\x1b[H"),
        false => Ok(()),
    }
}

pub fn print_json(value: &impl Serialize) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// A table of texts, for people.
pub fn print_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    print(&table(header, rows))
}

/// Rows under a header, as text.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    format!("{table}\n")
}

/// Rows as they come. A table needs all of them for its column widths; the others are written batch by batch.
pub enum RowWriter {
    Table(Vec<RecordBatch>),
    Json(ArrayWriter<Pipe>),
    Csv(Box<arrow::csv::Writer<Pipe>>),
}

impl RowWriter {
    pub fn new(form: Form, schema: SchemaRef) -> Result<Self> {
        let out = Pipe::to_stdout();
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
            RowWriter::Csv(writer) => writer.write(&flat(&batch)?)?,
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

/// Standard output; once its reader has gone (`| head`), what is written is dropped.
pub struct Pipe {
    out: std::io::BufWriter<std::io::Stdout>,
    closed: bool,
}

impl Pipe {
    fn to_stdout() -> Self {
        Self {
            out: std::io::BufWriter::new(std::io::stdout()),
            closed: false,
        }
    }

    fn unless_closed<T>(&mut self, outcome: std::io::Result<T>, dropped: T) -> std::io::Result<T> {
        match outcome {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(dropped)
            }
            other => other,
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.unless_closed(written, bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.unless_closed(flushed, ())
    }
}

/// The batch with lists and structs as JSON text, which is what CSV can hold of them.
fn flat(batch: &RecordBatch) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if field.data_type().is_nested() {
            fields.push(Field::new(field.name(), DataType::Utf8, true));
            columns.push(Arc::new(json_texts(field, column)?) as ArrayRef);
        } else {
            fields.push(field.as_ref().clone());
            columns.push(Arc::clone(column));
        }
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn json_texts(field: &Field, column: &ArrayRef) -> Result<StringArray> {
    let schema = Arc::new(Schema::new(vec![field.clone().with_name("value")]));
    let mut writer = ArrayWriter::new(Vec::new());
    writer.write(&RecordBatch::try_new(schema, vec![Arc::clone(column)])?)?;
    writer.finish()?;
    let text = writer.into_inner();
    if column.is_empty() {
        return Ok(StringArray::new_null(0));
    }
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&text)?;
    Ok(rows
        .iter()
        .map(|row| row.get("value").map(ToString::to_string))
        .collect())
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
