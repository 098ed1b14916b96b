//! Which column of an export holds what. Four generations of exports are known:
//!
//! - September 2017: `video_id,title,channel_title,category_id,tags,views,likes,dislikes,comment_total,
//!   thumbnail_link,date`
//! - November 2017: `video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,
//!   comment_count,thumbnail_link,comments_disabled,ratings_disabled,video_error_or_removed,description`
//! - the scraper of 2018, and 2020 on: `video_id,title,publishedAt,channelId,channelTitle,categoryId,trending_date,
//!   tags,view_count,likes,dislikes,comment_count,thumbnail_link,comments_disabled,ratings_disabled,description`
//!
//! Columns may come in any order, be missing, and stand beside columns nobody knows.

use thiserror::Error;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    VideoId,
    ObservedOn,
    Title,
    ChannelId,
    ChannelTitle,
    CategoryId,
    PublishedAt,
    Tags,
    Views,
    Likes,
    Dislikes,
    Comments,
    Thumbnail,
    CommentsDisabled,
    RatingsDisabled,
    Removed,
    Description,
}

const COLUMNS: usize = Column::Description as usize + 1;

/// Where each column of one file stands.
#[derive(Debug)]
pub(super) struct Columns {
    /// The header as it was found, trimmed.
    names: Vec<String>,
    places: [Option<usize>; COLUMNS],
}

/// Why a header is not that of an export.
#[derive(Debug, Error)]
pub enum HeaderError {
    #[error(
        "it has no column {missing}; it has {found}. Needed are video_id, trending_date (or date, with category_id) and views (or view_count)"
    )]
    Missing { missing: &'static str, found: String },
    #[error("its columns {first} and {second} say the same thing: remove one")]
    Twice { first: String, second: String },
}

/// How many column names an error shows.
const SHOWN: usize = 20;

impl Columns {
    pub(super) fn new(header: impl IntoIterator<Item = String>) -> Result<Self, HeaderError> {
        let names: Vec<String> = header.into_iter().map(|name| name.trim().to_owned()).collect();
        let mut places = [None; COLUMNS];
        // `date` is common: it is the day of observation only in a file that also has the export's categories
        let dated = names.iter().any(|name| meaning(name) == Some(Column::CategoryId))
            && !names.iter().any(|name| meaning(name) == Some(Column::ObservedOn));
        for (place, name) in names.iter().enumerate() {
            let plain_date = dated && name.eq_ignore_ascii_case("date");
            let Some(column) = meaning(name).or(plain_date.then_some(Column::ObservedOn)) else {
                continue;
            };
            if let Some(first) = places[column as usize].replace(place) {
                let (first, second) = (names[first].clone(), name.clone());
                return Err(HeaderError::Twice { first, second });
            }
        }
        let columns = Self { names, places };
        columns.require(Column::VideoId, "video_id")?;
        columns.require(Column::ObservedOn, "trending_date")?;
        columns.require(Column::Views, "views")?;
        Ok(columns)
    }

    fn require(&self, column: Column, missing: &'static str) -> Result<(), HeaderError> {
        match self.place(column) {
            Some(_) => Ok(()),
            None => Err(HeaderError::Missing {
                missing,
                found: self.found(),
            }),
        }
    }

    fn found(&self) -> String {
        let shown = self.names.iter().take(SHOWN).map(|name| crate::fault::excerpt(name));
        let mut found = shown.collect::<Vec<_>>().join(", ");
        if self.names.len() > SHOWN {
            found.push_str(&format!(" and {} more", self.names.len() - SHOWN));
        }
        found
    }

    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    /// What the header calls the field at `place`.
    pub(super) fn name(&self, place: usize) -> Option<&str> {
        self.names.get(place).map(String::as_str)
    }

    /// Where the field stands that an event's payload calls `field`.
    pub(super) fn place_of_field(&self, field: &str) -> Option<usize> {
        self.place(meaning(field)?)
    }

    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// Whether the last column is free text (or unknown to us): one that stays true when its end is missing.
    pub(super) fn ends_in_text(&self) -> bool {
        let last = self.width().checked_sub(1);
        let text = [Column::Title, Column::ChannelTitle, Column::Tags, Column::Description];
        let known = self.places.contains(&last);
        !known || text.into_iter().any(|column| self.place(column) == last)
    }
}

/// Letter case, `_`, `-` and spaces don't count.
fn meaning(name: &str) -> Option<Column> {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect();
    Some(match plain.to_ascii_lowercase().as_str() {
        "videoid" => Column::VideoId,
        "trendingdate" => Column::ObservedOn,
        "title" => Column::Title,
        "channelid" => Column::ChannelId,
        "channeltitle" => Column::ChannelTitle,
        "categoryid" => Column::CategoryId,
        "publishtime" | "publishedat" => Column::PublishedAt,
        "tags" => Column::Tags,
        "views" | "viewcount" => Column::Views,
        "likes" => Column::Likes,
        "dislikes" => Column::Dislikes,
        "commentcount" | "commenttotal" => Column::Comments,
        "thumbnaillink" | "thumbnailurl" => Column::Thumbnail,
        "commentsdisabled" => Column::CommentsDisabled,
        "ratingsdisabled" => Column::RatingsDisabled,
        "videoerrororremoved" => Column::Removed,
        "description" => Column::Description,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Result<Columns, HeaderError> {
        Columns::new(header.split(',').map(str::to_owned))
    }

    #[test]
    fn names_are_found_in_any_order_and_case() {
        let columns = columns("x, View_Count ,TRENDING_DATE,videoId").expect("an export");
        assert_eq!(columns.place(Column::Views), Some(1));
        assert_eq!(columns.place(Column::ObservedOn), Some(2));
        assert_eq!(
            columns.place(Column::VideoId).and_then(|place| columns.name(place)),
            Some("videoId")
        );
        assert_eq!(columns.place(Column::Likes), None);
    }

    #[test]
    fn a_date_is_the_observation_only_in_an_export() {
        assert!(columns("video_id,date,views,category_id").is_ok());
        assert!(columns("video_id,date,views").is_err());
        let both = columns("date,video_id,trending_date,views,category_id").expect("an export");
        assert_eq!(both.place(Column::ObservedOn), Some(2));
    }

    #[test]
    fn what_is_missing_and_what_was_found_is_said() {
        let error = columns("date_utc,channel_id,views").expect_err("accepted").to_string();
        assert!(
            error.contains("no column video_id") && error.contains("\"date_utc\", \"channel_id\""),
            "{error}"
        );
    }

    #[test]
    fn two_columns_of_one_meaning_are_refused() {
        let error = columns("video_id,trending_date,views,view_count")
            .expect_err("accepted")
            .to_string();
        assert!(error.contains("views and view_count"), "{error}");
    }
}
