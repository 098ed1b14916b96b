//! Which rows of a batch can be used.

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use lake::Verdict;

pub(crate) fn accepted(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    filter_record_batch(rows, &are_accepted(rows))
}

pub(crate) fn count_rejected(rows: &RecordBatch) -> u64 {
    are_accepted(rows).false_count() as u64
}

fn are_accepted(rows: &RecordBatch) -> BooleanArray {
    let verdicts = rows.column_by_name("_verdict").map(|column| column.as_string::<i32>());
    verdicts
        .iter()
        .flat_map(|verdicts| verdicts.iter())
        .map(|verdict| Some(verdict == Some(Verdict::Accepted.as_str())))
        .collect()
}
