//! How to reach the brokers.

use std::collections::BTreeMap;

use rdkafka::ClientConfig;

/// Address of the log, and whatever else librdkafka shall know (TLS, SASL), by its own property names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `host:port`, comma separated.
    pub brokers: String,
    pub properties: BTreeMap<String, String>,
}

impl Settings {
    pub fn at(brokers: impl Into<String>) -> Self {
        Self {
            brokers: brokers.into(),
            properties: BTreeMap::new(),
        }
    }

    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "ytempire")
            .set("broker.address.family", "v4")
            .set("reconnect.backoff.max.ms", "2000")
            .set_log_level(rdkafka::config::RDKafkaLogLevel::Error);
        for (key, value) in &self.properties {
            config.set(key, value);
        }
        config
    }
}
