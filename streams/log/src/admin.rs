//! Creates the topics of the catalogue where they are missing; an existing topic is left as it is.

use std::time::Duration;

use events::{Cleanup, Topic};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;

use crate::{LogError, Probe, Settings};

/// Creates what is missing of the catalogue.
///
/// # Errors
/// The brokers don't answer, or refuse a topic for another reason than that it exists.
pub async fn ensure_topics(settings: &Settings, replication: i32) -> Result<(), LogError> {
    let admin: AdminClient<DefaultClientContext> = settings.client().create().map_err(LogError::settings)?;
    let missing = missing(settings).await?;
    let bounded = create(settings, &admin, replication, &missing, true).await?;
    let unknown: Vec<Topic> = bounded
        .iter()
        .filter(|(_, code)| *code == RDKafkaErrorCode::InvalidConfig)
        .map(|(topic, _)| *topic)
        .collect();
    // a broker before Kafka 3.6 does not know how to bound timestamps
    let unbounded = create(settings, &admin, replication, &unknown, false).await?;
    let refused = bounded.into_iter().filter(|(topic, _)| !unknown.contains(topic));
    match refused.chain(unbounded).next() {
        None => Ok(()),
        Some((topic, code)) => Err(LogError::CreateTopic {
            topic: topic.name(),
            reason: code.to_string(),
        }),
    }
}

/// To ask is quicker than to be refused, at every start.
async fn missing(settings: &Settings) -> Result<Vec<Topic>, LogError> {
    let settings = settings.clone();
    let look = move || {
        let there = Probe::open(&settings)?.topics()?;
        Ok(Topic::ALL
            .into_iter()
            .filter(|topic| !there.contains(topic.name()))
            .collect())
    };
    tokio::task::spawn_blocking(look).await.unwrap_or(Err(LogError::Closed))
}

/// Creates `topics`; gives those that neither were there nor are now, and why.
async fn create(
    settings: &Settings,
    admin: &AdminClient<DefaultClientContext>,
    replication: i32,
    topics: &[Topic],
    bounds: bool,
) -> Result<Vec<(Topic, RDKafkaErrorCode)>, LogError> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    let properties: Vec<_> = topics.iter().map(|topic| topic_properties(*topic, bounds)).collect();
    let wanted: Vec<NewTopic<'_>> = topics
        .iter()
        .zip(&properties)
        .map(|(topic, properties)| new_topic(*topic, replication, properties))
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    let outcomes = admin
        .create_topics(&wanted, &options)
        .await
        .map_err(|outcome| LogError::unreachable(&settings.brokers, &outcome))?;
    let refused = topics
        .iter()
        .zip(outcomes)
        .filter_map(|(topic, outcome)| match outcome {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => None,
            Err((_, code)) => Some((*topic, code)),
        });
    Ok(refused.collect())
}

/// How far the timestamp of a record may be ahead of the broker's clock: watermarks rely on it.
const FARTHEST_AHEAD: Duration = Duration::from_secs(60 * 60);

fn topic_properties(topic: Topic, bounds: bool) -> Vec<(&'static str, String)> {
    let millis = |duration: Duration| duration.as_millis().to_string();
    let mut properties = match topic.cleanup() {
        Cleanup::Compact { lag, retention } => vec![
            // with delete, so that records can be taken off when they have to go
            ("cleanup.policy", "compact,delete".to_owned()),
            ("min.compaction.lag.ms", millis(lag)),
            ("retention.ms", millis(retention)),
        ],
        Cleanup::Delete { retention } => vec![
            ("cleanup.policy", "delete".to_owned()),
            ("retention.ms", millis(retention)),
        ],
    };
    if bounds {
        properties.push(("message.timestamp.after.max.ms", millis(FARTHEST_AHEAD)));
    }
    properties
}

fn new_topic<'a>(topic: Topic, replication: i32, properties: &'a [(&'static str, String)]) -> NewTopic<'a> {
    let partitions = i32::from(topic.partitions());
    let topic = NewTopic::new(topic.name(), partitions, TopicReplication::Fixed(replication));
    properties
        .iter()
        .fold(topic, |topic, (key, value)| topic.set(key, value))
}
