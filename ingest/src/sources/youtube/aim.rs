//! What a target's name means.

use events::{ChannelId, Region, VideoId};

use crate::pull::Trouble;

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aim {
    Channel(Who),
    /// Without a region: all that YouTube has charts for.
    Chart {
        region: Option<Region>,
        category: Option<u32>,
    },
    Categories(Region),
    Search(String),
    Comments(VideoId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    Id(ChannelId),
    Handle(String),
    Mine,
}

impl Aim {
    /// From a name such as `chart:US/10`.
    pub(super) fn named(name: &str) -> Result<Self, Trouble> {
        let wrong = |invalid: events::Invalid| Trouble::input(invalid.reason);
        match name.split_once(':') {
            Some(("channel", who)) => Ok(Aim::Channel(Who::named(who)?)),
            Some(("chart", chart)) => chart_named(chart),
            Some(("categories", region)) => Ok(Aim::Categories(Region::new(region).map_err(wrong)?)),
            Some(("search", query)) if !query.trim().is_empty() => Ok(Aim::Search(query.to_owned())),
            Some(("comments", video)) => Ok(Aim::Comments(VideoId::new(video).map_err(wrong)?)),
            _ => Err(Trouble::input(format!("{name:?} is nothing to read"))),
        }
    }
}

impl Who {
    fn named(name: &str) -> Result<Self, Trouble> {
        match name {
            "mine" => Ok(Who::Mine),
            _ if name.len() > 1 && name.starts_with('@') => Ok(Who::Handle(name.to_owned())),
            _ => ChannelId::new(name)
                .map(Who::Id)
                .map_err(|_| Trouble::input(format!("{name:?} is no channel id (UC…), no @handle and not \"mine\""))),
        }
    }
}

fn chart_named(name: &str) -> Result<Aim, Trouble> {
    let (region, category) = match name.split_once('/') {
        None => (name, None),
        Some((region, category)) => {
            let number = category.parse();
            let number = number.map_err(|_| Trouble::input(format!("{category:?} is no category id, such as 10")))?;
            (region, Some(number))
        }
    };
    let region = match region {
        "all" => None,
        _ => Some(Region::new(region).map_err(|invalid| Trouble::input(invalid.reason))?),
    };
    Ok(Aim::Chart { region, category })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_wrong_ones_refused() {
        let us = Region::new("US").ok();
        assert_eq!(
            Aim::named("chart:US/10"),
            Ok(Aim::Chart {
                region: us,
                category: Some(10)
            })
        );
        assert_eq!(
            Aim::named("chart:all"),
            Ok(Aim::Chart {
                region: None,
                category: None
            })
        );
        assert_eq!(Aim::named("channel:@x"), Ok(Aim::Channel(Who::Handle("@x".into()))));
        assert_eq!(Aim::named("search:a:b"), Ok(Aim::Search("a:b".into())));
        for wrong in [
            "chart:us",
            "chart:US/x",
            "channel:x",
            "channel:@",
            "search:",
            "comments:1",
            "x",
            "x:y",
        ] {
            assert!(Aim::named(wrong).is_err(), "{wrong}");
        }
    }
}
