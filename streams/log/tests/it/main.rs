//! The Kafka edge against the embedded broker: what a reader of this crate may rely on.

mod broker;
mod groups;
mod lag;
mod reading;
