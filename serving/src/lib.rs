//! Models at work: consumers that turn topics into predictions, and the generation stages.
//!
//! This floor holds what reads a topic, asks a model of `models` and writes a topic; the models themselves know no
//! Kafka. No stage exists yet.
