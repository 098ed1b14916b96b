//! `/v1/analytics`: rollups over everything that has been observed.

mod channels;
mod trends;

pub(crate) use channels::channels;
pub(crate) use trends::trends;
