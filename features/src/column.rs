//! Columns and cells of views, independent of where they are stored.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;

/// What a view's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A calendar day, UTC.
    Day,
    /// 32 bit.
    Int,
    /// 64 bit.
    Big,
    /// An instant in microseconds, UTC.
    Time,
    Bool,
    /// 64 bit IEEE 754.
    Real,
    /// Bytes that only the platform reads.
    Bytes,
}

impl Kind {
    pub fn arrow(self) -> DataType {
        match self {
            Kind::Text => DataType::Utf8,
            Kind::Day => DataType::Date32,
            Kind::Int => DataType::Int32,
            Kind::Big => DataType::Int64,
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Bool => DataType::Boolean,
            Kind::Real => DataType::Float64,
            Kind::Bytes => DataType::Binary,
        }
    }

    /// The type's name in Postgres.
    pub const fn sql(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Day => "date",
            Kind::Int => "integer",
            Kind::Big => "bigint",
            Kind::Time => "timestamptz",
            Kind::Bool => "boolean",
            Kind::Real => "double precision",
            Kind::Bytes => "bytea",
        }
    }
}

/// A column of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
}

impl Column {
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind }
    }
}

/// One value, comparable whatever store it came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    Null,
    Text(String),
    /// Days since 1970-01-01.
    Day(i32),
    Int(i64),
    /// Microseconds since the Unix epoch, UTC.
    Time(i64),
    Bool(bool),
    /// The bits of a 64 bit IEEE 754 number.
    Real(u64),
    Bytes(Vec<u8>),
}

impl Cell {
    /// Zero has one form only.
    pub fn real(number: f64) -> Self {
        Cell::Real((number + 0.0).to_bits())
    }
}

/// The batch with exactly `columns`, in their order and types.
///
/// # Errors
/// A column is missing or holds what its kind can't.
pub fn conform(batch: &RecordBatch, columns: &[Column]) -> Result<Vec<ArrayRef>, ArrowError> {
    columns
        .iter()
        .map(|column| {
            let found = batch.column_by_name(column.name);
            let array = found.ok_or_else(|| ArrowError::SchemaError(format!("column {} is missing", column.name)))?;
            cast(array, &column.kind.arrow())
        })
        .collect()
}

/// The rows of a batch as cells.
///
/// # Errors
/// See [`conform`].
pub fn cells(batch: &RecordBatch, columns: &[Column]) -> Result<Vec<Vec<Cell>>, ArrowError> {
    let arrays = conform(batch, columns)?;
    Ok((0..batch.num_rows())
        .map(|row| {
            let pairs = arrays.iter().zip(columns);
            pairs.map(|(array, column)| cell(array, column.kind, row)).collect()
        })
        .collect())
}

fn cell(array: &ArrayRef, kind: Kind, row: usize) -> Cell {
    if array.is_null(row) {
        return Cell::Null;
    }
    match kind {
        Kind::Text => Cell::Text(array.as_string::<i32>().value(row).to_owned()),
        Kind::Day => Cell::Day(array.as_primitive::<Date32Type>().value(row)),
        Kind::Int => Cell::Int(array.as_primitive::<Int32Type>().value(row).into()),
        Kind::Big => Cell::Int(array.as_primitive::<Int64Type>().value(row)),
        Kind::Time => Cell::Time(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        Kind::Bool => Cell::Bool(array.as_boolean().value(row)),
        Kind::Real => Cell::real(array.as_primitive::<Float64Type>().value(row)),
        Kind::Bytes => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
    }
}
