//! What a report is asked to show, checked: every refusal is in the API's words.

use chrono::NaiveDate;
use events::ChannelId;

use super::metric::{About, Metric};
use crate::audience::Division;
use crate::google::{Call, Refusal, scope};
use crate::moment::Moment;

/// Dimensions beside those that divide views.
const OTHERS: [&str; 9] = [
    "day",
    "month",
    "video",
    "channel",
    "creatorContentType",
    "ageGroup",
    "gender",
    "elapsedVideoTimeRatio",
    "insightTrafficSourceDetail",
];
/// The most rows of a report by video.
const MOST_VIDEOS: i64 = 200;

#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) channel: u32,
    pub(super) metrics: Vec<&'static Metric>,
    pub(super) dimensions: Vec<String>,
    /// Dimension and the values that pass.
    pub(super) filters: Vec<(String, Vec<String>)>,
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// Column and whether it falls.
    pub(super) sort: Vec<(usize, bool)>,
    pub(super) skip: usize,
    pub(super) limit: usize,
    /// Units of the asked currency for a dollar.
    pub(super) rate: f64,
}

fn unsupported() -> Refusal {
    let message = "The query is not supported. Check the documentation at \
                   https://developers.google.com/youtube/analytics/v2/available_reports for supported queries.";
    Refusal::bad_request("global", "badRequest", message)
}

fn unknown(name: &str, field: &str) -> Refusal {
    let message = format!("Unknown identifier ({name}) given in field parameters.{field}.");
    Refusal::bad_request("global", "badRequest", message)
}

impl Wanted {
    pub(super) fn read(moment: &Moment<'_>, call: &Call) -> Result<Self, Refusal> {
        let channel = channel(moment, call)?;
        let metrics = metrics(call)?;
        let dimensions: Vec<String> = call.query.list("dimensions").into_iter().map(str::to_owned).collect();
        if let Some(name) = dimensions.iter().find(|name| !is_dimension(name)) {
            return Err(unknown(name, "dimensions"));
        }
        let mut wanted = Self {
            channel,
            filters: filters(call)?,
            first: day(call, "startDate")?,
            last: day(call, "endDate")?,
            sort: Vec::new(),
            skip: usize::try_from(call.integer("startIndex")?.unwrap_or(1) - 1).map_err(|_| unsupported())?,
            limit: limit(call)?,
            rate: rate(call)?,
            metrics,
            dimensions,
        };
        wanted.sort = wanted.sorting(call)?;
        wanted.check_money(moment, call)?;
        wanted.check_shape(call)?;
        Ok(wanted)
    }

    pub(super) fn by(&self, dimension: &str) -> bool {
        self.dimensions.iter().any(|one| one == dimension)
    }

    pub(super) fn filter(&self, dimension: &str) -> Option<&[String]> {
        let found = self.filters.iter().find(|(name, _)| name == dimension);
        found.map(|(_, values)| values.as_slice())
    }

    pub(super) fn about(&self, about: About) -> bool {
        self.metrics.iter().any(|metric| metric.about == about)
    }

    fn sorting(&self, call: &Call) -> Result<Vec<(usize, bool)>, Refusal> {
        let names: Vec<&str> = self
            .dimensions
            .iter()
            .map(String::as_str)
            .chain(self.metrics.iter().map(|metric| metric.name))
            .collect();
        let column = |text: &str| {
            let name = text.trim_start_matches('-');
            let place = names
                .iter()
                .position(|known| *known == name)
                .ok_or_else(|| unknown(name, "sort"))?;
            Ok((place, text.starts_with('-')))
        };
        call.query.list("sort").into_iter().map(column).collect()
    }

    fn check_money(&self, moment: &Moment<'_>, call: &Call) -> Result<(), Refusal> {
        if !self.about(About::Money) {
            return Ok(());
        }
        call.owner(&[scope::MONETARY])?;
        match moment.census.channel(self.channel).monetised {
            true => Ok(()),
            false => Err(Refusal::forbidden(
                "Insufficient permission to access this report. The channel is not in the YouTube Partner Program.",
            )),
        }
    }

    /// Combinations that the API has no report for.
    fn check_shape(&self, call: &Call) -> Result<(), Refusal> {
        let demographic = self.by("ageGroup") || self.by("gender");
        let retention = self.by("elapsedVideoTimeRatio");
        let one_video = self.filter("video").is_some_and(|videos| videos.len() == 1);
        let detail = self.by("insightTrafficSourceDetail");
        let one_source = self
            .filter("insightTrafficSourceType")
            .is_some_and(|sources| sources.len() == 1);
        let limited = call
            .integer("maxResults")?
            .is_some_and(|most| (1..=MOST_VIDEOS).contains(&most));
        let ranked = limited && !self.sort.is_empty();
        let other = self
            .metrics
            .iter()
            .any(|metric| !matches!(metric.about, About::Viewers | About::Retention));
        let wrong = demographic != self.about(About::Viewers)
            || retention != self.about(About::Retention)
            || (demographic || retention) && other
            || retention && !one_video
            || detail && !(one_source && ranked)
            || self.by("video") && !self.by("day") && !ranked
            || self.by("day") && self.by("month")
            || self
                .filters
                .iter()
                .any(|(name, _)| ["day", "month", "ageGroup", "gender"].contains(&name.as_str()));
        match wrong {
            true => Err(unsupported()),
            false => Ok(()),
        }
    }
}

fn is_dimension(name: &str) -> bool {
    OTHERS.contains(&name) || Division::named(name).is_some()
}

fn channel(moment: &Moment<'_>, call: &Call) -> Result<u32, Refusal> {
    let identity = call.owner(&[scope::ANALYTICS, scope::MONETARY, scope::YOUTUBE])?;
    let ids = call.query.get("ids").ok_or_else(|| Refusal::missing("ids"))?;
    match ids.split_once("==") {
        Some(("channel", "MINE" | "mine")) => Ok(identity.channel),
        Some(("channel", id)) => {
            let number = ChannelId::new(id).ok().and_then(|id| moment.census.channel_number(&id));
            match number == Some(identity.channel) {
                true => Ok(identity.channel),
                false => Err(Refusal::forbidden(
                    "Forbidden. Please make sure the request is properly authorized.",
                )),
            }
        }
        Some(("contentOwner", _)) => Err(Refusal::forbidden("The request is only for YouTube content partners.")),
        _ => Err(Refusal::invalid("ids", ids)),
    }
}

fn metrics(call: &Call) -> Result<Vec<&'static Metric>, Refusal> {
    let names = call.query.list("metrics");
    if names.is_empty() {
        return Err(Refusal::missing("metrics"));
    }
    names
        .into_iter()
        .map(|name| Metric::named(name).ok_or_else(|| unknown(name, "metrics")))
        .collect()
}

fn filters(call: &Call) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let given = call.query.get("filters").unwrap_or_default();
    let read = |text: &str| {
        let (name, values) = text.split_once("==").ok_or_else(|| Refusal::invalid("filters", text))?;
        if !is_dimension(name) {
            return Err(unknown(name, "filters"));
        }
        Ok((name.to_owned(), values.split(',').map(str::to_owned).collect()))
    };
    given.split(';').filter(|text| !text.is_empty()).map(read).collect()
}

fn day(call: &Call, name: &str) -> Result<NaiveDate, Refusal> {
    let text = call.query.get(name).ok_or_else(|| Refusal::missing(name))?;
    let day = text.parse().ok().filter(|day: &NaiveDate| day.to_string() == text);
    day.ok_or_else(|| Refusal::invalid(name, text))
}

fn limit(call: &Call) -> Result<usize, Refusal> {
    match call.integer("maxResults")? {
        None | Some(0) => Ok(usize::MAX),
        Some(most) => usize::try_from(most).map_err(|_| Refusal::invalid("maxResults", &most.to_string())),
    }
}

/// The emulator's rates do not move.
fn rate(call: &Call) -> Result<f64, Refusal> {
    match call.query.get("currency").unwrap_or("USD") {
        "USD" => Ok(1.0),
        "EUR" => Ok(0.9),
        "GBP" => Ok(0.8),
        "JPY" => Ok(150.0),
        other => Err(Refusal::invalid("currency", other)),
    }
}
