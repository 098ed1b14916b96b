//! Creates the topics of the catalogue where they are missing; an existing topic is left as it is.

use std::time::Duration;

use events::{Cleanup, Topic};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;

use crate::{LogError, Settings};

/// Creates what is missing of the catalogue.
///
/// # Errors
/// The brokers don't answer, or refuse a topic for another reason than that it exists.
pub async fn ensure_topics(settings: &Settings, replication: i32) -> Result<(), LogError> {
    let admin: AdminClient<DefaultClientContext> = settings.client().create().map_err(LogError::settings)?;
    let properties: Vec<_> = Topic::ALL.into_iter().map(topic_properties).collect();
    let wanted: Vec<NewTopic<'_>> = Topic::ALL
        .iter()
        .zip(&properties)
        .map(|(topic, properties)| new_topic(*topic, replication, properties))
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    let outcomes = admin
        .create_topics(&wanted, &options)
        .await
        .map_err(|outcome| LogError::unreachable(&settings.brokers, &outcome))?;
    for (topic, outcome) in Topic::ALL.into_iter().zip(outcomes) {
        match outcome {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((_, code)) => {
                return Err(LogError::CreateTopic {
                    topic: topic.name(),
                    reason: code.to_string(),
                });
            }
        }
    }
    Ok(())
}

fn topic_properties(topic: Topic) -> Vec<(&'static str, String)> {
    match topic.cleanup() {
        Cleanup::Compact { retention } => vec![
            // with delete, so that records can be taken off when they have to go
            ("cleanup.policy", "compact,delete".to_owned()),
            ("retention.ms", retention.as_millis().to_string()),
        ],
        Cleanup::Delete { retention } => vec![
            ("cleanup.policy", "delete".to_owned()),
            ("retention.ms", retention.as_millis().to_string()),
        ],
    }
}

fn new_topic<'a>(topic: Topic, replication: i32, properties: &'a [(&'static str, String)]) -> NewTopic<'a> {
    let partitions = i32::from(topic.partitions());
    let topic = NewTopic::new(topic.name(), partitions, TopicReplication::Fixed(replication));
    properties
        .iter()
        .fold(topic, |topic, (key, value)| topic.set(key, value))
}
