//! Pipelines against real parts.

mod alarms;
mod brokers;
mod channels;
mod decoding;
mod happenings;
mod keywords;
mod meanings;
mod members;
mod migrations;
mod money;
mod pipelines;
mod pool;
mod progress;
mod refused;
mod rewriting;
mod streamed_equals_computed;
mod world;
