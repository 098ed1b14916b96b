//! Integration tests of the embedded parts: real servers, real clients, real kills.

mod broker;
mod broker_limits;
mod client;
mod kill;
mod postgres;
mod postgres_trouble;
mod small_disk;
