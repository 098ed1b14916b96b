//! The SQL functions that definitions use beside DataFusion's own.

use std::sync::Arc;

use arrow::array::{AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use events::payload;

use crate::sketch;

/// Teaches a session `folded(text)` ([`events::payload::folded`]) and the functions of sketches ([`sketch::register`]).
pub fn register(session: &SessionContext) {
    sketch::register(session);
    session.register_udf(folded());
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
