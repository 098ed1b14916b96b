//! The SQL functions that definitions use beside DataFusion's own.

use std::sync::Arc;

use arrow::array::{AsArray, Int32Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use events::{Currency, payload};

use crate::newest::newest;
use crate::sketch;

/// Teaches a session `newest(value, time)` ([`crate::newest`]), `folded(text)` ([`events::payload::folded`]), `minor_digits(currency)` ([`Currency::minor_digits`]) and the functions of sketches ([`sketch::register`]).
pub fn register(session: &SessionContext) {
    sketch::register(session);
    session.register_udaf(newest());
    session.register_udf(folded());
    session.register_udf(minor_digits());
}

fn folded() -> ScalarUDF {
    let fold = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let texts = cast(&arrays[0], &DataType::Utf8)?;
        let found: StringArray = texts
            .as_string::<i32>()
            .iter()
            .map(|text| text.map(payload::folded))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    };
    create_udf(
        "folded",
        vec![DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(fold),
    )
}

/// Null of what is no currency.
fn minor_digits() -> ScalarUDF {
    let count = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let codes = cast(&arrays[0], &DataType::Utf8)?;
        let found: Int32Array = codes
            .as_string::<i32>()
            .iter()
            .map(|code| Some(Currency::new(code?).ok()?.minor_digits() as i32))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    };
    create_udf(
        "minor_digits",
        vec![DataType::Utf8],
        DataType::Int32,
        Volatility::Immutable,
        Arc::new(count),
    )
}
