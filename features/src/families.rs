//! The catalogue: a file per family, its SQL beside it.

pub(crate) mod alerts;
pub(crate) mod niches;
pub(crate) mod revenue;
pub(crate) mod trends;
pub(crate) mod velocity;
pub(crate) mod videos;
