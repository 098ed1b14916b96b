//! Metrics: a name, a type, and how it follows from sums.

use serde_json::{Value, json};

use crate::audience::Sums;

#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) about: About,
    of: fn(&Sums) -> Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Views,
    /// Only for channels in the partner programme, with the monetary scope.
    Money,
    /// `viewerPercentage`, by age and gender only.
    Viewers,
    /// Over the length of one video.
    Retention,
}

const fn metric(name: &'static str, about: About, of: fn(&Sums) -> Value) -> Metric {
    Metric { name, about, of }
}

fn ratio(above: f64, below: i64) -> Value {
    match below {
        0 => json!(0.0),
        below => json!((above / below as f64 * 1000.0).round() / 1000.0),
    }
}

/// Cents as currency units with three decimals, as the API gives them.
fn units(cents: f64) -> Value {
    json!((cents * 10.0).round() / 1000.0)
}

/// Of views, in per mille: those with an advertisement.
const MONETISED: i64 = 450;
const AD_SHARE: f64 = 0.92;

static METRICS: [Metric; 33] = [
    metric("views", About::Views, |sums| json!(sums.views)),
    metric("engagedViews", About::Views, |sums| json!(sums.engaged)),
    metric("redViews", About::Views, |sums| json!(sums.views / 20)),
    metric("estimatedMinutesWatched", About::Views, |sums| json!(sums.seconds / 60)),
    metric("estimatedRedMinutesWatched", About::Views, |sums| {
        json!(sums.seconds / 1200)
    }),
    metric("averageViewDuration", About::Views, |sums| {
        json!(sums.seconds / sums.views.max(1))
    }),
    metric("averageViewPercentage", About::Views, |sums| {
        ratio(sums.seconds as f64 * 100.0, sums.length_seconds)
    }),
    metric("likes", About::Views, |sums| json!(sums.likes)),
    metric("dislikes", About::Views, |sums| json!(sums.likes / 40)),
    metric("comments", About::Views, |sums| json!(sums.comments)),
    metric("shares", About::Views, |sums| json!(sums.shares)),
    metric("subscribersGained", About::Views, |sums| json!(sums.gained)),
    metric("subscribersLost", About::Views, |sums| json!(sums.lost)),
    metric("videosAddedToPlaylists", About::Views, |sums| json!(sums.views / 200)),
    metric("videosRemovedFromPlaylists", About::Views, |sums| {
        json!(sums.views / 900)
    }),
    metric("annotationImpressions", About::Views, |_| json!(0)),
    metric("annotationClickThroughRate", About::Views, |_| json!(0.0)),
    metric("annotationCloseRate", About::Views, |_| json!(0.0)),
    metric("cardImpressions", About::Views, |sums| json!(sums.views / 50)),
    metric("cardClicks", About::Views, |sums| json!(sums.views / 2500)),
    metric("cardClickRate", About::Views, |sums| {
        ratio((sums.views / 2500) as f64, sums.views / 50)
    }),
    metric("cardTeaserImpressions", About::Views, |sums| json!(sums.views / 4)),
    metric("cardTeaserClicks", About::Views, |sums| json!(sums.views / 400)),
    metric("estimatedRevenue", About::Money, |sums| units(sums.cents)),
    metric("estimatedAdRevenue", About::Money, |sums| units(sums.cents * AD_SHARE)),
    metric("estimatedRedPartnerRevenue", About::Money, |sums| {
        units(sums.cents * (1.0 - AD_SHARE))
    }),
    // YouTube keeps 45 % of advertising
    metric("grossRevenue", About::Money, |sums| units(sums.cents * AD_SHARE / 0.55)),
    metric("monetizedPlaybacks", About::Money, |sums| {
        json!(sums.views * MONETISED / 1000)
    }),
    metric("adImpressions", About::Money, |sums| {
        json!(sums.views * MONETISED / 750)
    }),
    metric("playbackBasedCpm", About::Money, |sums| {
        ratio(sums.cents * AD_SHARE / 0.55 * 10.0, sums.views * MONETISED / 1000)
    }),
    metric("cpm", About::Money, |sums| {
        ratio(sums.cents * AD_SHARE / 0.55 * 10.0, sums.views * MONETISED / 750)
    }),
    metric("viewerPercentage", About::Viewers, |_| Value::Null),
    metric("audienceWatchRatio", About::Retention, |_| Value::Null),
];
static RELATIVE: Metric = metric("relativeRetentionPerformance", About::Retention, |_| Value::Null);

impl Metric {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        METRICS.iter().chain([&RELATIVE]).find(|metric| metric.name == name)
    }

    pub(super) fn value(&self, sums: &Sums) -> Value {
        (self.of)(sums)
    }

    pub(super) fn data_type(&self) -> &'static str {
        match self.about {
            About::Viewers | About::Retention => "FLOAT",
            _ if (self.of)(&Sums::default()).is_f64() => "FLOAT",
            _ => "INTEGER",
        }
    }
}
