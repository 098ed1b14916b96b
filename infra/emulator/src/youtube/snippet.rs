//! What resources say of channels and videos in the same words.

use chrono::{DateTime, SecondsFormat, Utc};
use ingest::sources::simulate::{ChannelFacts, VideoFacts};
use serde_json::{Value, json};

pub(super) fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Name, file, width and height, in pixels.
const SIZES: [(&str, &str, u32, u32); 5] = [
    ("default", "default", 120, 90),
    ("medium", "mqdefault", 320, 180),
    ("high", "hqdefault", 480, 360),
    ("standard", "sddefault", 640, 480),
    ("maxres", "maxresdefault", 1280, 720),
];

/// Thumbnails of a video, the first `count` sizes.
pub(super) fn thumbnails(video_id: &str, count: usize) -> Value {
    let mut sizes = json!({});
    for (name, file, width, height) in SIZES.into_iter().take(count) {
        let url = format!("https://i.ytimg.com/vi/{video_id}/{file}.jpg");
        sizes[name] = json!({"url": url, "width": width, "height": height});
    }
    sizes
}

pub(super) fn portraits(channel: &ChannelFacts) -> Value {
    let mut sizes = json!({});
    for (name, pixels) in [("default", 88), ("medium", 240), ("high", 800)] {
        let url = format!("https://yt3.ggpht.com/{}=s{pixels}-c-k-c0x00ffffff-no-rj", channel.id);
        sizes[name] = json!({"url": url, "width": pixels, "height": pixels});
    }
    sizes
}

pub(super) fn channel_description(channel: &ChannelFacts) -> String {
    format!(
        "{}: videos about {}.\n\nNew ones every week.",
        channel.title, channel.niche
    )
}

pub(super) fn video_description(channel: &ChannelFacts, video: &VideoFacts, title: &str) -> String {
    format!(
        "{title}\n\nMore about {} on {}: https://www.youtube.com/@{}",
        video.keyword, channel.title, channel.handle
    )
}

/// As `search.list` and the comments' `textDisplay` have it.
pub(super) fn escape(text: &str) -> String {
    let entity = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '\n' => "<br>".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(entity).collect()
}

/// ISO 8601, such as `PT1H2M3S`.
pub(super) fn duration(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let part = |count: i64, unit: &str| {
        if count > 0 {
            format!("{count}{unit}")
        } else {
            String::new()
        }
    };
    format!("PT{}{}{}", part(hours, "H"), part(minutes, "M"), part(rest, "S"))
}

/// A Wikipedia page for a category, as `topicDetails.topicCategories` has it.
pub(super) fn topic(category_id: i32) -> &'static str {
    match category_id {
        1 => "https://en.wikipedia.org/wiki/Film",
        2 => "https://en.wikipedia.org/wiki/Vehicle",
        10 => "https://en.wikipedia.org/wiki/Music",
        15 => "https://en.wikipedia.org/wiki/Pet",
        17 => "https://en.wikipedia.org/wiki/Sport",
        19 => "https://en.wikipedia.org/wiki/Tourism",
        20 => "https://en.wikipedia.org/wiki/Video_game_culture",
        25 => "https://en.wikipedia.org/wiki/Politics",
        27 => "https://en.wikipedia.org/wiki/Knowledge",
        28 => "https://en.wikipedia.org/wiki/Technology",
        23 | 24 => "https://en.wikipedia.org/wiki/Entertainment",
        _ => "https://en.wikipedia.org/wiki/Lifestyle_(sociology)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        assert_eq!(
            [duration(59), duration(3600), duration(3723)],
            ["PT59S", "PT1H", "PT1H2M3S"]
        );
    }
}
