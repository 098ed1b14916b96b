//! Pipelines against real parts.

mod alarms;
mod brokers;
mod decoding;
mod happenings;
mod pipelines;
mod streamed_equals_computed;
mod world;
