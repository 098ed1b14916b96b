//! Pipelines against real parts.

mod decoding;
mod streamed_equals_computed;
mod world;
