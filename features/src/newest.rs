//! `newest(value, time)`: the value of the greatest time among those that are not null, and of two of one time the least value.
//!
//! That is [`crate::Merge::Newest`]. `last_value(... ORDER BY ...)` says the same, but sorts every batch once for each column.

use std::any::type_name;
use std::cmp::Ordering;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringArray};
use arrow::compute::{cast, not, nullif, prep_null_mask_filter};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

/// The function, for a session to register.
pub(crate) fn newest() -> AggregateUDF {
    AggregateUDF::new_from_impl(Newest {
        signature: Signature::any(2, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Newest {
    signature: Signature,
}

impl AggregateUDFImpl for Newest {
    fn name(&self) -> &str {
        "newest"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        use DataType::{Date32, Int32, Int64, LargeUtf8, Timestamp, Utf8, Utf8View};
        match &arguments[0] {
            kind @ (Utf8 | LargeUtf8 | Utf8View | Int32 | Int64 | Date32 | Timestamp(..)) => Ok(kind.clone()),
            kind => Err(DataFusionError::Plan(format!(
                "newest takes texts, whole numbers, days and moments, no {kind}"
            ))),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let value = Field::new("value", args.return_field.data_type().clone(), true);
        Ok(vec![
            Arc::new(value),
            Arc::new(Field::new("time", DataType::Int64, true)),
        ])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let kind = args.return_type();
        Ok(if kind.is_string() {
            Box::new(Alone(Groups::<String>::of(kind).with_one()))
        } else {
            Box::new(Alone(Groups::<i64>::of(kind).with_one()))
        })
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(groups_of(args.return_type()))
    }
}

fn groups_of(kind: &DataType) -> Box<dyn GroupsAccumulator> {
    if kind.is_string() {
        Box::new(Groups::<String>::of(kind))
    } else {
        Box::new(Groups::<i64>::of(kind))
    }
}

/// What is kept of a group, and how it is read from and given as an array.
trait Kept: Default + Send + Sync + 'static {
    type Array: Array + Clone + 'static;
    /// # Errors
    /// The array has values of another kind.
    fn read(array: &ArrayRef) -> Result<Self::Array>;
    fn compare(&self, array: &Self::Array, row: usize) -> Ordering;
    fn set(&mut self, array: &Self::Array, row: usize);
    fn array(kept: impl Iterator<Item = Option<Self>>) -> ArrayRef;
    /// On the heap.
    fn bytes(&self) -> usize;
}

impl Kept for String {
    type Array = StringArray;

    fn read(array: &ArrayRef) -> Result<StringArray> {
        Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    fn compare(&self, array: &StringArray, row: usize) -> Ordering {
        self.as_str().cmp(array.value(row))
    }

    fn set(&mut self, array: &StringArray, row: usize) {
        self.clear();
        self.push_str(array.value(row));
    }

    fn array(kept: impl Iterator<Item = Option<String>>) -> ArrayRef {
        Arc::new(kept.collect::<StringArray>())
    }

    fn bytes(&self) -> usize {
        self.capacity()
    }
}

/// Whole numbers, days and moments.
impl Kept for i64 {
    type Array = Int64Array;

    fn read(array: &ArrayRef) -> Result<Int64Array> {
        as_numbers(array)
    }

    fn compare(&self, array: &Int64Array, row: usize) -> Ordering {
        self.cmp(&array.value(row))
    }

    fn set(&mut self, array: &Int64Array, row: usize) {
        *self = array.value(row);
    }

    fn array(kept: impl Iterator<Item = Option<i64>>) -> ArrayRef {
        Arc::new(kept.collect::<Int64Array>())
    }

    fn bytes(&self) -> usize {
        0
    }
}

fn as_numbers(array: &ArrayRef) -> Result<Int64Array> {
    Ok(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

struct Groups<K> {
    kind: DataType,
    /// Of what is kept; none where nothing is.
    times: Vec<Option<i64>>,
    kept: Vec<K>,
    heap: usize,
}

impl<K: Kept> Groups<K> {
    fn of(kind: &DataType) -> Self {
        Self {
            kind: kind.clone(),
            times: Vec::new(),
            kept: Vec::new(),
            heap: 0,
        }
    }

    fn with_one(mut self) -> Self {
        self.grow(1);
        self
    }

    fn grow(&mut self, groups: usize) {
        self.times.resize(groups, None);
        self.kept.resize_with(groups, K::default);
    }

    fn take(&mut self, emit_to: EmitTo) -> Result<(ArrayRef, Vec<Option<i64>>)> {
        let times = emit_to.take_needed(&mut self.times);
        let kept = emit_to.take_needed(&mut self.kept);
        self.heap = self.kept.iter().map(K::bytes).sum();
        let kept = kept.into_iter().zip(&times);
        let array = K::array(kept.map(|(value, time)| time.is_some().then_some(value)));
        Ok((cast(&array, &self.kind)?, times))
    }
}

impl<K: Kept> GroupsAccumulator for Groups<K> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let (told, times) = (K::read(&values[0])?, as_numbers(&values[1])?);
        for (row, group) in group_indices.iter().enumerate() {
            let counts = opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            if !counts || told.is_null(row) || times.is_null(row) {
                continue;
            }
            let (time, kept) = (times.value(row), &mut self.kept[*group]);
            let is_newer = self.times[*group].is_none_or(|known| match known.cmp(&time) {
                Ordering::Less => true,
                Ordering::Equal => kept.compare(&told, row) == Ordering::Greater,
                Ordering::Greater => false,
            });
            if is_newer {
                self.heap -= kept.bytes();
                kept.set(&told, row);
                self.heap += kept.bytes();
                self.times[*group] = Some(time);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(self.take(emit_to)?.0)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (values, times) = self.take(emit_to)?;
        Ok(vec![values, Arc::new(Int64Array::from(times))])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.update_batch(values, group_indices, None, total_num_groups)
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let told = cast(&values[0], &self.kind)?;
        let told = match opt_filter {
            Some(filter) => nullif(&told, &not(&prep_null_mask_filter(filter))?)?,
            None => told,
        };
        Ok(vec![told, Arc::new(as_numbers(&values[1])?)])
    }

    fn size(&self) -> usize {
        self.times.capacity() * size_of::<Option<i64>>() + self.kept.capacity() * size_of::<K>() + self.heap
    }
}

/// One group: all rows.
struct Alone<K>(Groups<K>);

impl<K> Debug for Alone<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(type_name::<Self>())
    }
}

impl<K: Kept> Accumulator for Alone<K> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update_batch(values, &vec![0; values[0].len()], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.0.evaluate(EmitTo::All)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let states = self.0.state(EmitTo::All)?;
        states
            .iter()
            .map(|state| ScalarValue::try_from_array(state, 0))
            .collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }
}

#[cfg(test)]
mod tests {
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::prelude::SessionContext;
    use proptest::prelude::*;

    use super::*;

    async fn told(sql: &str) -> String {
        let session = SessionContext::new();
        session.register_udaf(newest());
        let rows = session.sql(sql).await.expect("planned").collect().await.expect("rows");
        pretty_format_batches(&rows).expect("a table").to_string()
    }

    /// Of every kind of column, whatever the order, over several batches and partitions.
    #[test]
    fn it_is_what_ordering_says() {
        let row = (
            0..3i64,
            prop::option::of(0..4i64),
            prop::option::of(prop_oneof!["", "a", "b", "aé", "z"]),
            0..4i64,
        );
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        proptest!(ProptestConfig::with_cases(12), |(rows in prop::collection::vec(row, 1..40))| {
            let or_null = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_owned());
            let rows: Vec<String> = rows
                .iter()
                .map(|(key, number, text, time)| {
                    let number = or_null(number.map(|number| number.to_string()));
                    let text = or_null(text.as_ref().map(|text| format!("'{text}'")));
                    format!("({key}, CAST({number} AS BIGINT), CAST({text} AS VARCHAR), CAST({time} AS BIGINT))")
                })
                .collect();
            let kinds = [
                "number",
                "CAST(number AS INT)",
                "arrow_cast(number, 'Timestamp(Microsecond, Some(\"UTC\"))')",
                "text",
                "arrow_cast(text, 'Utf8View')",
            ];
            for kind in kinds {
                let over = |newest: &str| format!(
                    "SELECT key, {newest} AS told FROM (SELECT key, {kind} AS value, \
                     arrow_cast(time, 'Timestamp(Microsecond, Some(\"UTC\"))') AS time \
                     FROM (VALUES {}) AS v (key, number, text, time)) GROUP BY key ORDER BY key", rows.join(", "));
                let ours = runtime.block_on(told(&over("newest(value, time)")));
                let ordered = "last_value(value ORDER BY time, value DESC) FILTER (WHERE value IS NOT NULL)";
                prop_assert_eq!(ours, runtime.block_on(told(&over(ordered))), "{}", kind);
            }
        });
    }

    #[tokio::test]
    async fn it_can_do_without_groups() {
        let of = |rows: &str| {
            format!("SELECT newest(v.value, v.time) AS told FROM (VALUES {rows}) AS v (value, time) WHERE v.time > 0")
        };
        assert!(told(&of("('b', 1), ('a', 1), (NULL, 2)")).await.contains("| a    |"));
        assert!(told(&of("('b', 0)")).await.contains("|      |"));
    }

    /// States of parts are merged as values are.
    #[test]
    fn parts_are_merged() {
        let texts = |texts: &[Option<&str>]| -> ArrayRef { Arc::new(texts.iter().copied().collect::<StringArray>()) };
        let times = |times: &[i64]| -> ArrayRef { Arc::new(Int64Array::from(times.to_vec())) };
        let mut part = groups_of(&DataType::Utf8);
        let first = [texts(&[Some("x"), Some("y"), None]), times(&[5, 1, 9])];
        part.update_batch(&first, &[0, 1, 1], None, 3).expect("updated");
        let straight = [texts(&[Some("w"), Some("never"), Some("z")]), times(&[5, 2, 3])];
        let filter = BooleanArray::from(vec![Some(true), None, Some(true)]);
        let straight = part.convert_to_state(&straight, Some(&filter)).expect("a state");
        let mut whole = groups_of(&DataType::Utf8);
        whole.merge_batch(&straight, &[0, 1, 2], 3).expect("merged");
        let state = part.state(EmitTo::All).expect("a state");
        whole.merge_batch(&state, &[0, 1, 2], 3).expect("merged");
        assert!(whole.size() > 3);
        let first = whole.evaluate(EmitTo::First(1)).expect("told");
        assert_eq!(first.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("w")]);
        let rest = whole.evaluate(EmitTo::All).expect("told");
        assert_eq!(
            rest.as_string::<i32>().iter().collect::<Vec<_>>(),
            [Some("y"), Some("z")]
        );
    }
}
