//! The parts that make one machine enough: a private Postgres cluster and a Kafka broker inside the process.
//!
//! Both keep everything below the folder they are given, listen on loopback, survive being killed, and go on with the
//! same data at the next start. They read no environment and no configuration, and install no signal handler.

mod broker;
mod postgres;
mod record_log;

pub use broker::{Broker, BrokerClock, BrokerError, BrokerSettings, LOG_DIRECTIVES, MAX_REQUEST_BYTES};
pub use postgres::{Postgres, PostgresError, PostgresSettings};
pub use record_log::RecordLogError;
