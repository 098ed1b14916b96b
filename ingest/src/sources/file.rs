//! Files that people have already: what a file is shows in its first rows.
//!
//! Every kind is one line of the catalogue: a stable name, and who recognises and reads it. A file is refused before
//! its first row, with the reason, or read to its end, each row an event or a rejected row.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use events::{ChannelId, Region};

use super::{channel_tracker, comment_export, google_trends, sponsorship, trending, youtube_studio};
use crate::Source;
use crate::table_file::binary;
use crate::table_file::input::{Head, Input};
use crate::table_file::sheet::{Reading, Sheet};

mod archive;
mod kind;
mod period;
mod refusal;
mod zip;

pub use kind::Kind;
pub use period::{Period, PeriodError};
pub use refusal::OpenError;

/// What files don't say by themselves.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What every file is; `None` finds out.
    pub kind: Option<Kind>,
    /// The region of a chart, or the one that a trend was asked for.
    pub region: Option<Region>,
    /// Whose channel an export of YouTube Studio is of.
    pub channel: Option<ChannelId>,
    /// The days that a table without dates is of.
    pub period: Option<Period>,
    /// When the files are read: windows that are not over by then are left out. Unknown, all are over.
    pub now: Option<DateTime<Utc>>,
}

/// One file, or one member of an archive.
pub struct Opened {
    pub path: PathBuf,
    /// What it was taken for; `None` when nobody knows it.
    pub kind: Option<Kind>,
    pub source: Result<Box<dyn Source>, OpenError>,
}

/// A file about to be recognised.
struct Candidate<'a> {
    path: &'a Path,
    name: String,
    input: Input,
    head: Head,
    options: &'a Options,
    period: Option<Period>,
}

/// Opens a file, plain or gzipped, standard input (`-`), or the members of a zip archive as YouTube Studio gives it.
pub fn open(path: &Path, options: &Options) -> Vec<Opened> {
    if archive::is_one(path) {
        return archive::open(path, options);
    }
    let name = trending::display_name(path);
    let opened = match Input::open(path) {
        Ok(input) => recognise(path, input, options),
        Err(cause) => (None, Err(OpenError::Unreadable { name, cause })),
    };
    let (kind, source) = opened;
    vec![Opened {
        path: path.to_owned(),
        kind,
        source,
    }]
}

type Recognised = (Option<Kind>, Result<Box<dyn Source>, OpenError>);

/// Opens what is open already; `path` is what it is called.
pub(crate) fn recognise(path: &Path, input: Input, options: &Options) -> Recognised {
    let name = trending::display_name(path);
    if let Some(looks_like) = binary::looks_like(&input.start) {
        return (None, Err(OpenError::NotText { name, looks_like }));
    }
    if input.start.is_empty() {
        return (None, Err(OpenError::Empty { name }));
    }
    let (head, input) = input.head();
    if head.rows.iter().take(3).flatten().any(|text| text.contains('\0')) {
        let looks_like = "binary data";
        return (None, Err(OpenError::NotText { name, looks_like }));
    }
    let candidate = Candidate {
        path,
        name,
        input,
        head,
        options,
        period: options.period.or_else(|| Period::of_path(path)),
    };
    match options.kind.or_else(|| kind_of(&candidate)) {
        Some(kind) => (Some(kind), candidate.open(kind)),
        None => (None, Err(candidate.unknown())),
    }
}

/// The first kind that knows it.
fn kind_of(candidate: &Candidate<'_>) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| candidate.is(*kind))
}

impl Candidate<'_> {
    fn is(&self, kind: Kind) -> bool {
        let (head, region) = (&self.head, self.options.region.as_ref());
        match kind {
            Kind::YoutubeTrending => trending::is_export(head),
            Kind::YoutubeCategoryNames => trending::is_category_list(&self.input.start, head),
            Kind::YoutubeStudioTable | Kind::YoutubeStudioChart | Kind::YoutubeStudioTotals => {
                youtube_studio::Studio::recognise(head, self.options.channel.as_ref(), self.period)
                    .is_some_and(|(_, studio)| studio.kind() == kind)
            }
            Kind::YoutubeChannelTracker => channel_tracker::Tracker::recognise(head).is_some(),
            Kind::YoutubeComments => comment_export::Comments::recognise(head).is_some(),
            Kind::GoogleTrendsInterest => google_trends::Interest::recognise(head, region, None).is_some(),
            Kind::GoogleTrendsRegions => google_trends::Regions::recognise(head, region, self.period).is_some(),
            Kind::GoogleTrendsRelated => google_trends::Related::recognise(head, region, self.period).is_some(),
            Kind::Sponsorship => sponsorship::Sponsorship::recognise(head, None).is_some(),
        }
    }

    fn open(self, kind: Kind) -> Result<Box<dyn Source>, OpenError> {
        let region = self.options.region.as_ref();
        match kind {
            Kind::YoutubeTrending | Kind::YoutubeCategoryNames => {
                let options = trending::Options {
                    region: self.options.region.clone(),
                    ..trending::Options::default()
                };
                let (_, source) = trending::open_input(self.path, self.name, self.input, &options)?;
                Ok(source)
            }
            Kind::YoutubeStudioTable | Kind::YoutubeStudioChart | Kind::YoutubeStudioTotals => {
                let studio = youtube_studio::Studio::recognise(&self.head, self.options.channel.as_ref(), self.period);
                self.sheet(kind, studio.map(|(above, studio)| (above, studio.called(kind))))
            }
            Kind::YoutubeChannelTracker => {
                let tracker = channel_tracker::Tracker::recognise(&self.head);
                match tracker {
                    Some(channel_tracker::Tracker::Channels(channels)) => self.sheet(kind, Some((1, channels))),
                    Some(channel_tracker::Tracker::Videos(videos)) => self.sheet(kind, Some((1, videos))),
                    None => Err(self.not_a(kind)),
                }
            }
            Kind::YoutubeComments => {
                let comments = comment_export::Comments::recognise(&self.head);
                self.sheet(kind, comments.map(|comments| (1, comments)))
            }
            Kind::GoogleTrendsInterest => {
                let interest = google_trends::Interest::recognise(&self.head, region, self.options.now);
                self.sheet(kind, interest)
            }
            Kind::GoogleTrendsRegions => {
                let regions = google_trends::Regions::recognise(&self.head, region, self.period);
                self.sheet(kind, regions)
            }
            Kind::GoogleTrendsRelated => {
                let related = google_trends::Related::recognise(&self.head, region, self.period);
                self.sheet(kind, related)
            }
            Kind::Sponsorship => {
                let sponsorship = sponsorship::Sponsorship::recognise(&self.head, self.told_at());
                self.sheet(kind, sponsorship.map(|sponsorship| (1, sponsorship)))
            }
        }
    }

    /// When what the file says was said: when it was written, or read where only that is known.
    fn told_at(&self) -> Option<DateTime<Utc>> {
        match (self.input.written, self.options.now) {
            (Some(written), Some(now)) => Some(written.min(now)),
            (written, now) => written.or(now),
        }
    }

    fn sheet<R: Reading + 'static>(self, kind: Kind, known: Option<(usize, R)>) -> Result<Box<dyn Source>, OpenError> {
        match known {
            Some((above, reading)) => Ok(Box::new(Sheet::new(self.name, self.input, above, reading))),
            None => Err(self.not_a(kind)),
        }
    }

    fn not_a(&self, kind: Kind) -> OpenError {
        OpenError::NotA {
            name: self.name.clone(),
            kind,
            found: self.found(),
        }
    }

    fn unknown(self) -> OpenError {
        match self.head.rows.iter().flatten().all(|text| text.trim().is_empty()) {
            true => OpenError::Empty { name: self.name },
            false => OpenError::Unknown {
                found: self.found(),
                name: self.name,
            },
        }
    }

    /// How it begins, for a message.
    fn found(&self) -> String {
        let first = self.head.rows.first().map_or(&[][..], Vec::as_slice);
        let shown = first.iter().take(12).map(|text| crate::fault::excerpt(text));
        shown.collect::<Vec<_>>().join(", ")
    }
}
