//! Why brokers don't answer. What librdkafka gives as the outcome of a call is that there was none; the reason (a login that was
//! refused, a certificate that does not fit) comes apart from it, and is remembered here.

use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;

use crate::Settings;

#[derive(Default)]
pub(crate) struct Heard {
    reason: Mutex<Option<(RDKafkaErrorCode, String)>>,
}

impl ClientContext for Heard {
    fn error(&self, error: KafkaError, reason: &str) {
        let Some(code) = error.rdkafka_error_code() else {
            return;
        };
        let mut heard = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        // some repeats of a failed handshake say less than the first
        if weight(code) >= heard.as_ref().map_or(0, |(code, _)| weight(*code)) {
            *heard = Some((code, reason.to_owned()));
        }
    }
}

impl ConsumerContext for Heard {}

const fn weight(code: RDKafkaErrorCode) -> u8 {
    match code {
        RDKafkaErrorCode::Authentication => 3,
        RDKafkaErrorCode::SSL => 2,
        _ => 1,
    }
}

impl Heard {
    /// Whether trying on is of no use.
    pub(crate) fn is_final(&self) -> bool {
        let heard = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        heard.as_ref().is_some_and(|(code, _)| weight(*code) > 1)
    }

    /// The reason for people, with what to do.
    pub(crate) fn why(&self, outcome: &KafkaError, settings: &Settings) -> String {
        let heard = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        match heard.as_ref() {
            Some((RDKafkaErrorCode::Authentication, reason)) => {
                format!("{reason}. Check sasl.mechanism, sasl.username and sasl.password in [kafka.properties]")
            }
            Some((RDKafkaErrorCode::SSL, reason)) => {
                format!(
                    "{reason}. Check ssl.ca.location in [kafka.properties], and that the certificate is for the host that brokers names \
                     (ssl.endpoint.identification.algorithm=none takes any)"
                )
            }
            _ => {
                let protocol = settings
                    .properties
                    .get("security.protocol")
                    .map_or("PLAINTEXT", String::as_str);
                format!(
                    "{outcome}. Check the address; if the brokers ask for TLS or a login, set security.protocol (it is {protocol}) and \
                     what belongs to it in [kafka.properties]"
                )
            }
        }
    }
}
