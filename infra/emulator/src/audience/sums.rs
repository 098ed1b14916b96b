use ingest::sources::simulate::Counters;

/// What adds up over videos, days and divisions.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub(crate) views: i64,
    pub(crate) engaged: i64,
    /// Watched.
    pub(crate) seconds: i64,
    /// Of the videos, as often as they were viewed.
    pub(crate) length_seconds: i64,
    pub(crate) likes: i64,
    pub(crate) comments: i64,
    pub(crate) shares: i64,
    pub(crate) gained: i64,
    pub(crate) lost: i64,
    /// Of thumbnails.
    pub(crate) impressions: i64,
    pub(crate) clicks: i64,
    /// US cents.
    pub(crate) cents: f64,
}

impl Sums {
    pub(crate) fn of(gained: Counters) -> Self {
        Self {
            views: gained.views,
            likes: gained.likes,
            comments: gained.comments,
            shares: gained.views * 4 / 1000,
            gained: gained.views * 26 / 10_000,
            lost: gained.views * 6 / 10_000,
            ..Self::default()
        }
    }

    fn map(self, whole: impl Fn(i64) -> i64, part: impl Fn(f64) -> f64) -> Self {
        Self {
            views: whole(self.views),
            engaged: whole(self.engaged),
            seconds: whole(self.seconds),
            length_seconds: whole(self.length_seconds),
            likes: whole(self.likes),
            comments: whole(self.comments),
            shares: whole(self.shares),
            gained: whole(self.gained),
            lost: whole(self.lost),
            impressions: whole(self.impressions),
            clicks: whole(self.clicks),
            cents: part(self.cents),
        }
    }

    pub(crate) fn percent(self, percent: i64) -> Self {
        self.map(|count| count * percent / 100, |cents| cents * percent as f64 / 100.0)
    }

    /// What falls between two marks of `0..=1000`: neighbouring parts add up to the whole.
    pub(crate) fn between(self, from: i64, until: i64) -> Self {
        self.map(
            |count| count * until / 1000 - count * from / 1000,
            |cents| cents * (until - from) as f64 / 1000.0,
        )
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.views += other.views;
        self.engaged += other.engaged;
        self.seconds += other.seconds;
        self.length_seconds += other.length_seconds;
        self.likes += other.likes;
        self.comments += other.comments;
        self.shares += other.shares;
        self.gained += other.gained;
        self.lost += other.lost;
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.cents += other.cents;
    }
}
