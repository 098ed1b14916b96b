//! Metrics of sinks and consumer groups.

use std::collections::{BTreeMap, BTreeSet};

use log::Uncommitted;

use super::Progress;

type Labels = [(&'static str, String); 3];

/// What is shown by metrics. What is not known any longer is no number; what never was is not there.
#[derive(Default)]
pub(super) struct Gauges {
    /// Those that have a value.
    known: BTreeSet<(&'static str, Labels)>,
    /// Groups with partitions of which they have committed nothing.
    uncommitted: BTreeSet<String>,
}

const UNCOMMITTED: &str = "kafka_consumergroup_uncommitted_partitions";

const OF_GROUPS: [&str; 5] = [
    "kafka_consumergroup_current_offset",
    "kafka_consumergroup_lag",
    "kafka_consumergroup_lag_seconds",
    "kafka_consumergroup_in_per_second",
    "kafka_consumergroup_out_per_second",
];
const OF_SINKS: [&str; 4] = [
    "pipeline_position",
    "pipeline_behind_records",
    "pipeline_behind_seconds",
    "pipeline_queryable_seconds",
];

/// Says what the metrics mean, for `/metrics`.
pub fn describe() {
    metrics::describe_gauge!(
        OF_GROUPS[0],
        "Next offset that the consumer group will read of the partition."
    );
    metrics::describe_gauge!(
        OF_GROUPS[1],
        "Offsets between the group's position and the partition's end."
    );
    metrics::describe_gauge!(
        OF_GROUPS[2],
        "Age of the next record that the group has to read; 0 when there is none."
    );
    metrics::describe_gauge!(
        OF_GROUPS[3],
        "Records that come to the partition in a second, over 10 s."
    );
    metrics::describe_gauge!(
        OF_GROUPS[4],
        "Records that the group reads of the partition in a second, over 10 s."
    );
    metrics::describe_gauge!(
        UNCOMMITTED,
        "Partitions with records that members of the group were given, and of which it has committed no position."
    );
    metrics::describe_gauge!(
        OF_SINKS[0],
        "Next offset that the sink will read of a partition that this process holds."
    );
    metrics::describe_gauge!(OF_SINKS[1], "Records that the sink has to read yet.");
    metrics::describe_gauge!(
        OF_SINKS[2],
        "Age of the next record that the sink has to read; 0 when there is none."
    );
    metrics::describe_gauge!(
        OF_SINKS[3],
        "How long the oldest record of the last step took from the log until it could be queried."
    );
    metrics::describe_gauge!(
        "pipeline_observed_timestamp_seconds",
        "When this process last saw where consumer groups stand, as Unix time."
    );
    metrics::describe_counter!("pipeline_records_total", "Records that the pipeline has read.");
    metrics::describe_counter!(
        "pipeline_failures_total",
        "Steps of the pipeline that failed and are tried again."
    );
    metrics::describe_counter!(
        "pipeline_refused_rows_total",
        "Rows that the sink's views could not hold."
    );
    metrics::describe_counter!(
        "pipeline_rejected_records_total",
        "Records that could not be used: `ytempire dead-letters list` names them."
    );
    metrics::describe_counter!(
        "pipeline_late_rows_total",
        "Rows that came too late for a view of the sink."
    );
    metrics::describe_histogram!("pipeline_step_seconds", "How long a step of the pipeline took.");
}

impl Gauges {
    pub(super) fn show(&mut self, found: &[Progress]) {
        let mut known = BTreeSet::new();
        let mut set = |names: &[&'static str], labels: Labels, values: &[Option<f64>]| {
            for (name, value) in names.iter().zip(values) {
                if let Some(value) = value {
                    metrics::gauge!(*name, &labels).set(*value);
                    known.insert((*name, labels.clone()));
                }
            }
        };
        for progress in found {
            let place = &progress.lag.place;
            let labels = |group| {
                [
                    (group, place.group.clone()),
                    ("topic", place.topic.clone()),
                    ("partition", place.partition.to_string()),
                ]
            };
            let (position, behind) = (Some(place.position as f64), Some(progress.lag.behind() as f64));
            if let Some(own) = &progress.own {
                let queryable = own.queryable_ms.map(|ms| ms as f64 / 1000.0);
                let values = [position, behind, progress.lag.behind_seconds, queryable];
                set(&OF_SINKS, labels("sink"), &values);
            }
            let (comes, goes) = (progress.rate.in_per_second, progress.rate.out_per_second);
            let values = [position, behind, progress.lag.behind_seconds, comes, goes];
            set(&OF_GROUPS, labels("consumergroup"), &values);
        }
        for (name, labels) in self.known.difference(&known) {
            metrics::gauge!(*name, labels).set(f64::NAN);
        }
        self.known = known;
    }

    /// By the group: what its members read is told by `lag`.
    pub(super) fn show_uncommitted(&mut self, found: &[Uncommitted]) {
        let mut by_group: BTreeMap<&str, u32> = BTreeMap::new();
        for one in found {
            *by_group.entry(&one.group).or_default() += 1;
        }
        for group in &self.uncommitted {
            if !by_group.contains_key(group.as_str()) {
                metrics::gauge!(UNCOMMITTED, "consumergroup" => group.clone()).set(0.0);
            }
        }
        for (group, partitions) in &by_group {
            metrics::gauge!(UNCOMMITTED, "consumergroup" => (*group).to_owned()).set(f64::from(*partitions));
        }
        self.uncommitted = by_group.into_keys().map(str::to_owned).collect();
    }

    /// Nobody can look.
    pub(super) fn blur(&mut self) {
        self.show(&[]);
    }
}
