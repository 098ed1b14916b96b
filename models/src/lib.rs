//! Models: arguments in, results out.
//!
//! Pure computation over numbers. Nothing here knows Kafka, HTTP, a database, a clock or a file, and every result is
//! the same on every machine: transcendental functions come from `libm`, not from the platform.

pub mod growth;
