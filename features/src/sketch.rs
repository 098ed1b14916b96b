//! Sketches: how many different values there were, and how they are distributed, in little space and mergeable.
//!
//! Distinct counts are HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with 2^11 registers, standard error 1.04/√2048 =
//! 2.3 %; quantiles are DDSketch (Masson, Rim, Lee 2019) with a relative error of 1 %. Both states are functions of the
//! multiset of values alone: whatever the order of values and merges, the bytes are the same.

use std::hash::Hasher;
use std::mem::size_of_val;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BinaryArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use datafusion::logical_expr::{Accumulator, ColumnarValue, ScalarUDF, Volatility, create_udaf, create_udf};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use hyperloglogplus::{HyperLogLog, HyperLogLogPF};
use serde::{Deserialize, Serialize};
use sketches_ddsketch::{Config, DDSketch};
use thiserror::Error;

/// Bytes that are no sketch of that kind.
#[derive(Debug, Error)]
#[error("not a sketch: {0}")]
pub struct NoSketch(String);

/// A hash that is a hash already.
#[derive(Default, Clone, Serialize, Deserialize)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let digest = blake3::hash(bytes);
        let mut first = [0; 8];
        first.copy_from_slice(&digest.as_bytes()[..8]);
        self.0 ^= u64::from_le_bytes(first);
    }
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct Blake;

impl std::hash::BuildHasher for Blake {
    type Hasher = Hashed;

    fn build_hasher(&self) -> Hashed {
        Hashed::default()
    }
}

const PRECISION: u8 = 11;

/// How many different texts there were, about.
pub struct Distinct(HyperLogLogPF<[u8], Blake>);

impl Default for Distinct {
    fn default() -> Self {
        // the only error there is: a precision that is out of bounds
        #[expect(clippy::expect_used, reason = "a constant within bounds")]
        Self(HyperLogLogPF::new(PRECISION, Blake).expect("a precision from 4 to 16"))
    }
}

impl Distinct {
    pub fn add(&mut self, text: &str) {
        self.0.insert(text.as_bytes());
    }

    /// # Errors
    /// `other` is no such sketch.
    pub fn merge(&mut self, other: &[u8]) -> Result<(), NoSketch> {
        let other: HyperLogLogPF<[u8], Blake> =
            postcard::from_bytes(other).map_err(|error| NoSketch(error.to_string()))?;
        self.0.merge(&other).map_err(|error| NoSketch(error.to_string()))
    }

    pub fn estimate(&mut self) -> i64 {
        self.0.count().round() as i64
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(&self.0).unwrap_or_default()
    }
}

/// How whole numbers are distributed.
pub struct Quantiles(DDSketch);

impl Default for Quantiles {
    fn default() -> Self {
        Self(DDSketch::new(Config::defaults()))
    }
}

impl Quantiles {
    pub fn add(&mut self, value: i64) {
        self.0.add(value as f64);
    }

    /// # Errors
    /// `other` is no such sketch.
    pub fn merge(&mut self, other: &[u8]) -> Result<(), NoSketch> {
        let other = DDSketch::from_java_bytes(other).map_err(|error| NoSketch(error.to_string()))?;
        self.0.merge(&other).map_err(|error| NoSketch(error.to_string()))
    }

    /// The value at quantile `q` (0 to 1), rounded, from the least to the greatest that was added; none of nothing.
    pub fn estimate(&self, q: f64) -> Option<i64> {
        let found = self.0.quantile(q.clamp(0.0, 1.0)).ok().flatten()?;
        let (least, greatest) = (self.0.min()?, self.0.max()?);
        Some(found.max(least).min(greatest).round() as i64)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_java_bytes()
    }
}

/// Teaches a session the SQL functions `distinct_sketch(text)`, `quantile_sketch(bigint)`, `merge_distinct(sketch)`,
/// `merge_quantiles(sketch)`, `distinct_estimate(sketch)` and `quantile_estimate(sketch, q)`.
pub fn register(session: &SessionContext) {
    let binary = || Arc::new(DataType::Binary);
    let state = || Arc::new(vec![DataType::Binary]);
    let stable = Volatility::Immutable;
    session.register_udaf(create_udaf(
        "distinct_sketch",
        vec![DataType::Utf8],
        binary(),
        stable,
        Arc::new(|_| Ok(Box::new(Accumulated::<Distinct>::default()))),
        state(),
    ));
    session.register_udaf(create_udaf(
        "quantile_sketch",
        vec![DataType::Int64],
        binary(),
        stable,
        Arc::new(|_| Ok(Box::new(Accumulated::<Quantiles>::default()))),
        state(),
    ));
    session.register_udaf(create_udaf(
        "merge_distinct",
        vec![DataType::Binary],
        binary(),
        stable,
        Arc::new(|_| Ok(Box::new(Merged(Accumulated::<Distinct>::default())))),
        state(),
    ));
    session.register_udaf(create_udaf(
        "merge_quantiles",
        vec![DataType::Binary],
        binary(),
        stable,
        Arc::new(|_| Ok(Box::new(Merged(Accumulated::<Quantiles>::default())))),
        state(),
    ));
    session.register_udf(distinct_estimate());
    session.register_udf(quantile_estimate());
}

/// What an accumulator keeps of a column.
trait Sketch: Default + Send + Sync + 'static {
    fn add_all(&mut self, values: &ArrayRef) -> DataFusionResult<()>;
    fn merge_bytes(&mut self, other: &[u8]) -> Result<(), NoSketch>;
    fn bytes(&self) -> Vec<u8>;
}

impl Sketch for Distinct {
    fn add_all(&mut self, values: &ArrayRef) -> DataFusionResult<()> {
        let texts = cast(values, &DataType::Utf8)?;
        texts
            .as_string::<i32>()
            .iter()
            .flatten()
            .for_each(|text| self.add(text));
        Ok(())
    }

    fn merge_bytes(&mut self, other: &[u8]) -> Result<(), NoSketch> {
        self.merge(other)
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
}

impl Sketch for Quantiles {
    fn add_all(&mut self, values: &ArrayRef) -> DataFusionResult<()> {
        let numbers = cast(values, &DataType::Int64)?;
        numbers
            .as_primitive::<Int64Type>()
            .iter()
            .flatten()
            .for_each(|number| self.add(number));
        Ok(())
    }

    fn merge_bytes(&mut self, other: &[u8]) -> Result<(), NoSketch> {
        self.merge(other)
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
}

#[derive(Default)]
struct Accumulated<S>(S);

impl<S> std::fmt::Debug for Accumulated<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a sketch")
    }
}

impl<S: Sketch> Accumulator for Accumulated<S> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> DataFusionResult<()> {
        self.0.add_all(&values[0])
    }

    fn evaluate(&mut self) -> DataFusionResult<ScalarValue> {
        Ok(ScalarValue::Binary(Some(self.0.bytes())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + 4096
    }

    fn state(&mut self) -> DataFusionResult<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> DataFusionResult<()> {
        let states = cast(&states[0], &DataType::Binary)?;
        for state in states.as_binary::<i32>().iter().flatten() {
            self.0.merge_bytes(state).map_err(external)?;
        }
        Ok(())
    }
}

/// As [`Accumulated`], over sketches instead of values.
struct Merged<S>(Accumulated<S>);

impl<S> std::fmt::Debug for Merged<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a union of sketches")
    }
}

impl<S: Sketch> Accumulator for Merged<S> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> DataFusionResult<()> {
        self.0.merge_batch(values)
    }

    fn evaluate(&mut self) -> DataFusionResult<ScalarValue> {
        self.0.evaluate()
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn state(&mut self) -> DataFusionResult<Vec<ScalarValue>> {
        self.0.state()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> DataFusionResult<()> {
        self.0.merge_batch(states)
    }
}

fn external(error: NoSketch) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

fn distinct_estimate() -> ScalarUDF {
    let estimate = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let sketches = cast(&arrays[0], &DataType::Binary)?;
        let one = |bytes: Option<&[u8]>| -> DataFusionResult<Option<i64>> {
            bytes.map(distinct_of).transpose().map_err(external)
        };
        let found: Int64Array = binary(&sketches).iter().map(one).collect::<Result<_, _>>()?;
        Ok(ColumnarValue::Array(Arc::new(found)))
    };
    create_udf(
        "distinct_estimate",
        vec![DataType::Binary],
        DataType::Int64,
        Volatility::Immutable,
        Arc::new(estimate),
    )
}

fn quantile_estimate() -> ScalarUDF {
    let estimate = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let (sketches, quantiles) = (
            cast(&arrays[0], &DataType::Binary)?,
            cast(&arrays[1], &DataType::Float64)?,
        );
        let pairs = binary(&sketches).iter().zip(quantiles.as_primitive::<Float64Type>());
        let one = |(bytes, q): (Option<&[u8]>, Option<f64>)| -> DataFusionResult<Option<i64>> {
            match (bytes, q) {
                (Some(bytes), Some(q)) => quantile_of(bytes, q).map_err(external),
                _ => Ok(None),
            }
        };
        let found: Int64Array = pairs.map(one).collect::<Result<_, _>>()?;
        Ok(ColumnarValue::Array(Arc::new(found)))
    };
    create_udf(
        "quantile_estimate",
        vec![DataType::Binary, DataType::Float64],
        DataType::Int64,
        Volatility::Immutable,
        Arc::new(estimate),
    )
}

fn binary(array: &ArrayRef) -> &BinaryArray {
    array.as_binary::<i32>()
}

/// # Errors
/// The bytes are no distinct sketch.
pub fn distinct_of(bytes: &[u8]) -> Result<i64, NoSketch> {
    let mut sketch = Distinct::default();
    sketch.merge(bytes)?;
    Ok(sketch.estimate())
}

/// # Errors
/// The bytes are no quantile sketch.
pub fn quantile_of(bytes: &[u8], q: f64) -> Result<Option<i64>, NoSketch> {
    let mut sketch = Quantiles::default();
    sketch.merge(bytes)?;
    Ok(sketch.estimate(q))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distinct_count_is_near_and_its_bytes_know_no_order() {
        let (mut forth, mut left, mut right) = (Distinct::default(), Distinct::default(), Distinct::default());
        for i in 0..20_000 {
            forth.add(&format!("video {i}"));
        }
        for i in (0..20_000).rev() {
            let half = if i % 2 == 0 { &mut left } else { &mut right };
            half.add(&format!("video {i}"));
            half.add(&format!("video {i}"));
        }
        right.merge(&left.to_bytes()).expect("merged");
        assert_eq!(forth.to_bytes(), right.to_bytes());
        let error = (forth.estimate() - 20_000).abs();
        assert!(error < 20_000 * 7 / 100, "{}", forth.estimate());
    }

    #[test]
    fn a_quantile_is_near_and_its_bytes_know_no_order() {
        let (mut forth, mut left, mut right) = (Quantiles::default(), Quantiles::default(), Quantiles::default());
        for i in 0..=10_000 {
            forth.add(i * i);
        }
        for i in (0..=10_000).rev() {
            let half = if i % 3 == 0 { &mut left } else { &mut right };
            half.add(i * i);
        }
        left.merge(&right.to_bytes()).expect("merged");
        assert_eq!(forth.to_bytes(), left.to_bytes());
        let median = forth.estimate(0.5).expect("a value");
        assert!((median - 25_000_000).abs() <= 25_000_000 * 2 / 100, "{median}");
        assert_eq!(Quantiles::default().estimate(0.5), None);
        let mut one = Quantiles::default();
        one.add(1_000_003);
        let mut read = Quantiles::default();
        read.merge(&one.to_bytes()).expect("merged");
        for q in [0.0, 0.5, 0.99] {
            assert_eq!((one.estimate(q), read.estimate(q)), (Some(1_000_003), Some(1_000_003)));
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(Distinct::default().merge(b"x").is_err());
        assert!(Quantiles::default().merge(b"\xff\xff").is_err());
    }
}
