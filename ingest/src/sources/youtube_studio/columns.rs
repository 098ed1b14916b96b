//! Which column of an export holds what.

use events::payload::Report;
use events::{AnalyticsRow, Currency};

use super::number;
use super::words;
use crate::sources::file::Kind;
use crate::table_file::header::{Header, Name};
use crate::table_file::misread::Misread;
use crate::table_file::sheet::Cells;

/// What rows are split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Video,
    TrafficSource,
    TrafficDetail,
    Country,
    Device,
    OperatingSystem,
    PlaybackLocation,
    AgeGroup,
    Gender,
    SubscribedStatus,
    ContentType,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    Views,
    EngagedViews,
    Likes,
    Dislikes,
    Comments,
    Shares,
    WatchHours,
    WatchMinutes,
    AverageViewDuration,
    AverageViewPercentage,
    SubscribersGained,
    SubscribersLost,
    Subscribers,
    Impressions,
    ClickThroughRate,
    UniqueViewers,
    ViewerPercentage,
    Revenue,
    AdRevenue,
    Cpm,
    PlaybackBasedCpm,
    MonetizedPlaybacks,
}

/// What else a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Date,
    Title,
    Published,
    Duration,
    Dimension(Dimension),
    Metric(Metric),
}

#[derive(Debug)]
pub(super) struct Columns {
    pub(super) date: Option<usize>,
    pub(super) title: Option<usize>,
    pub(super) published: Option<usize>,
    pub(super) duration: Option<usize>,
    pub(super) dimensions: Vec<(usize, Dimension)>,
    pub(super) metrics: Vec<(usize, Metric)>,
    pub(super) currency: Option<Currency>,
}

impl Columns {
    /// `None` for a header of something else: one that has no metric, or nothing that its rows are of.
    pub(super) fn new(header: &Header) -> Option<Self> {
        let mut columns = Self {
            date: None,
            title: None,
            published: None,
            duration: None,
            dimensions: Vec::new(),
            metrics: Vec::new(),
            currency: None,
        };
        for (place, name) in header.names().enumerate() {
            let name = Name::of(name);
            match words::column(&name) {
                Some(Column::Date) => columns.date = columns.date.or(Some(place)),
                Some(Column::Title) => columns.title = columns.title.or(Some(place)),
                Some(Column::Published) => columns.published = columns.published.or(Some(place)),
                Some(Column::Duration) => columns.duration = columns.duration.or(Some(place)),
                Some(Column::Dimension(dimension)) if !columns.has(dimension) => {
                    columns.dimensions.push((place, dimension));
                }
                Some(Column::Metric(metric)) if !columns.measures(metric) => {
                    columns.metrics.push((place, metric));
                    let currency = Currency::new(name.unit.to_uppercase()).ok();
                    columns.currency = columns.currency.take().or(currency.filter(|_| metric.is_money()));
                }
                _ => {}
            }
        }
        columns.take_first_for_a_dimension();
        columns.is_export().then_some(columns)
    }

    /// Studio splits by more than is known here; what it splits by comes first, before metrics that only it has.
    fn take_first_for_a_dimension(&mut self) {
        let known = self.metrics.iter().any(|(_, metric)| metric.is_studios_own());
        let taken = |place: usize| {
            [self.date, self.title, self.published, self.duration].contains(&Some(place))
                || self.metrics.iter().any(|(metric, _)| *metric == place)
        };
        if known && self.dimensions.is_empty() && self.date.is_none() && !taken(0) {
            self.dimensions.push((0, Dimension::Other));
        }
    }

    fn is_export(&self) -> bool {
        let of_something = self.date == Some(0) || self.dimensions.iter().any(|(place, _)| *place <= 1);
        // a bare list of ids and views may be anybody's
        let enough =
            self.video().is_none() || self.title.is_some() || self.metrics.iter().any(|(_, m)| m.is_studios_own());
        of_something && enough && !self.metrics.is_empty()
    }

    fn has(&self, dimension: Dimension) -> bool {
        self.dimensions.iter().any(|(_, has)| *has == dimension)
    }

    fn measures(&self, metric: Metric) -> bool {
        self.metrics.iter().any(|(_, has)| *has == metric)
    }

    pub(super) fn video(&self) -> Option<usize> {
        let video = self
            .dimensions
            .iter()
            .find(|(_, dimension)| *dimension == Dimension::Video);
        video.map(|(place, _)| *place)
    }

    /// The column whose text may be "Total".
    pub(super) fn first(&self) -> Option<usize> {
        self.dimensions.first().map(|(place, _)| *place)
    }

    /// `Totals.csv` has days and one metric; `Chart data.csv` has days beside what it is split by.
    pub(super) fn kind(&self, width: usize) -> Kind {
        match (self.date, self.dimensions.is_empty()) {
            (Some(_), true) if width == 2 => Kind::YoutubeStudioTotals,
            (Some(_), false) => Kind::YoutubeStudioChart,
            _ => Kind::YoutubeStudioTable,
        }
    }

    pub(super) fn report(&self) -> Report {
        match self.dimensions.first().map(|(_, dimension)| dimension) {
            None => Report::Basic,
            Some(Dimension::Video) => Report::Content,
            Some(Dimension::TrafficSource | Dimension::TrafficDetail) => Report::TrafficSource,
            Some(Dimension::Country) => Report::Geography,
            Some(Dimension::Device) => Report::Device,
            Some(Dimension::OperatingSystem) => Report::OperatingSystem,
            Some(Dimension::PlaybackLocation) => Report::PlaybackLocation,
            Some(Dimension::AgeGroup | Dimension::Gender) => Report::Demographics,
            Some(Dimension::SubscribedStatus) => Report::SubscriptionStatus,
            Some(Dimension::ContentType) => Report::ContentType,
            Some(Dimension::Other) => Report::Other,
        }
    }

    /// Where the field stands that a row calls `field`.
    pub(super) fn place_of_field(&self, field: &str) -> Option<usize> {
        let metric = self.metrics.iter().find(|(_, metric)| metric.field() == field);
        let place = metric.map(|(place, _)| *place);
        place.or(if field == "video_title" { self.title } else { None })
    }
}

impl Dimension {
    /// Puts the text where it belongs; that of an unknown dimension with the dimension's name.
    pub(super) fn set(self, row: &mut AnalyticsRow, name: &str, text: Option<String>) {
        let field = match self {
            Dimension::Video => return,
            Dimension::TrafficSource => &mut row.traffic_source,
            Dimension::TrafficDetail => &mut row.traffic_detail,
            Dimension::Country => &mut row.country,
            Dimension::Device => &mut row.device,
            Dimension::OperatingSystem => &mut row.operating_system,
            Dimension::PlaybackLocation => &mut row.playback_location,
            Dimension::AgeGroup => &mut row.age_group,
            Dimension::Gender => &mut row.gender,
            Dimension::SubscribedStatus => &mut row.subscribed_status,
            Dimension::ContentType => &mut row.content_type,
            Dimension::Other => {
                row.other_dimension = text.map(|text| format!("{name}: {text}"));
                return;
            }
        };
        *field = text;
    }
}

impl Metric {
    fn is_money(self) -> bool {
        matches!(
            self,
            Metric::Revenue | Metric::AdRevenue | Metric::Cpm | Metric::PlaybackBasedCpm
        )
    }

    /// Whether nobody but Studio calls a column so.
    fn is_studios_own(self) -> bool {
        matches!(
            self,
            Metric::WatchHours
                | Metric::WatchMinutes
                | Metric::AverageViewDuration
                | Metric::AverageViewPercentage
                | Metric::ClickThroughRate
                | Metric::Revenue
        )
    }

    fn field(self) -> &'static str {
        match self {
            Metric::Views => "views",
            Metric::EngagedViews => "engaged_views",
            Metric::Likes => "likes",
            Metric::Dislikes => "dislikes",
            Metric::Comments => "comments",
            Metric::Shares => "shares",
            Metric::WatchHours | Metric::WatchMinutes => "watch_time_minutes",
            Metric::AverageViewDuration => "average_view_duration_seconds",
            Metric::AverageViewPercentage => "average_view_percentage",
            Metric::SubscribersGained => "subscribers_gained",
            Metric::SubscribersLost => "subscribers_lost",
            Metric::Subscribers => "subscribers",
            Metric::Impressions => "impressions",
            Metric::ClickThroughRate => "click_through_rate",
            Metric::UniqueViewers => "unique_viewers",
            Metric::ViewerPercentage => "viewer_percentage",
            Metric::Revenue => "estimated_revenue_micros",
            Metric::AdRevenue => "ad_revenue_micros",
            Metric::Cpm => "cpm_micros",
            Metric::PlaybackBasedCpm => "playback_based_cpm_micros",
            Metric::MonetizedPlaybacks => "monetized_playbacks",
        }
    }

    /// Reads the metric's cell into its field of the row.
    pub(super) fn read(self, cells: &Cells<'_>, place: usize, row: &mut AnalyticsRow) -> Result<(), Misread> {
        // an em dash is how Studio shows that there is nothing
        let place = Some(place).filter(|place| cells.text(Some(*place)).is_some_and(|text| !number::is_nothing(text)));
        match self {
            Metric::Views => row.views = cells.optional(place, number::whole)?,
            Metric::EngagedViews => row.engaged_views = cells.optional(place, number::whole)?,
            Metric::Likes => row.likes = cells.optional(place, number::whole)?,
            Metric::Dislikes => row.dislikes = cells.optional(place, number::whole)?,
            Metric::Comments => row.comments = cells.optional(place, number::whole)?,
            Metric::Shares => row.shares = cells.optional(place, number::whole)?,
            Metric::WatchHours => {
                row.watch_time_minutes = cells.optional(place, number::decimal)?.map(|hours| hours * 60.0);
            }
            Metric::WatchMinutes => row.watch_time_minutes = cells.optional(place, number::decimal)?,
            Metric::AverageViewDuration => {
                row.average_view_duration_seconds = cells.optional(place, number::seconds)?
            }
            Metric::AverageViewPercentage => row.average_view_percentage = cells.optional(place, number::decimal)?,
            Metric::SubscribersGained => row.subscribers_gained = cells.optional(place, number::whole)?,
            Metric::SubscribersLost => {
                row.subscribers_lost = cells.optional(place, number::whole)?.map(i64::abs);
            }
            Metric::Subscribers => row.subscribers = cells.optional(place, number::whole)?,
            Metric::Impressions => row.impressions = cells.optional(place, number::whole)?,
            Metric::ClickThroughRate => {
                row.click_through_rate = cells.optional(place, number::decimal)?.map(|percent| percent / 100.0);
            }
            Metric::UniqueViewers => row.unique_viewers = cells.optional(place, number::whole)?,
            Metric::ViewerPercentage => row.viewer_percentage = cells.optional(place, number::decimal)?,
            Metric::Revenue => row.estimated_revenue_micros = cells.optional(place, number::micros)?,
            Metric::AdRevenue => row.ad_revenue_micros = cells.optional(place, number::micros)?,
            Metric::Cpm => row.cpm_micros = cells.optional(place, number::micros)?,
            Metric::PlaybackBasedCpm => row.playback_based_cpm_micros = cells.optional(place, number::micros)?,
            Metric::MonetizedPlaybacks => row.monetized_playbacks = cells.optional(place, number::whole)?,
        }
        Ok(())
    }
}
