//! Pipelines against real parts.

mod decoding;
mod happenings;
mod streamed_equals_computed;
mod world;
