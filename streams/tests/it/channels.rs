//! What channels are called, by themselves and by their videos.

use events::{ChannelId, ChannelSnapshot, Topic, VideoId, VideoSnapshot};
use features::{Cell, Views};

use crate::meanings::{row, rows_of};

fn id(channel: &str) -> ChannelId {
    ChannelId::new(format!("UC{channel:_<22}")).expect("an id")
}

fn video(hour: i64, video: &str, channel: Option<&str>, title: Option<&str>) -> (i64, VideoSnapshot) {
    let snapshot = VideoSnapshot {
        channel_id: channel.map(id),
        channel_title: title.map(str::to_owned),
        views: Some(100),
        ..VideoSnapshot::of(VideoId::new(format!("{video:_<11}")).expect("an id"))
    };
    (hour, snapshot)
}

fn channel(hour: i64, channel: &str, title: Option<&str>) -> (i64, ChannelSnapshot) {
    let snapshot = ChannelSnapshot {
        title: title.map(str::to_owned),
        ..ChannelSnapshot::of(id(channel))
    };
    (hour, snapshot)
}

async fn views(videos: &[(i64, VideoSnapshot)], channels: &[(i64, ChannelSnapshot)]) -> Views {
    let mut rows = vec![(Topic::VideoSnapshots, rows_of(videos))];
    if !channels.is_empty() {
        rows.push((Topic::ChannelSnapshots, rows_of(channels)));
    }
    features::recompute_rows(rows.into_iter().collect())
        .await
        .expect("computed")
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

#[tokio::test]
async fn a_title_that_another_id_was_told_with_is_not_the_channels() {
    let moved_on_its_day = [
        video(9, "v", Some("two"), Some("Two")),
        video(12, "v", Some("one"), None),
    ];
    let moved_later = [
        video(9, "v", Some("two"), Some("Two")),
        video(33, "v", Some("one"), None),
    ];
    let came_back = [
        video(9, "v", Some("one"), Some("One")),
        video(33, "v", Some("two"), Some("Two")),
        video(57, "v", Some("one"), None),
    ];
    for (told, title) in [
        (&moved_on_its_day[..], Cell::Null),
        (&moved_later[..], Cell::Null),
        (&came_back[..], text("One")),
    ] {
        let views = views(told, &[]).await;
        assert_eq!(row(&views, "videos", "v")["channel_title"], title, "{told:?}");
        assert_eq!(row(&views, "channels", "UCone")["channel_title"], title, "{told:?}");
    }
}

#[tokio::test]
async fn a_title_that_is_told_without_an_id_is_that_of_the_channel_told_before() {
    let told = [
        video(9, "v", Some("one"), Some("One")),
        video(33, "v", None, Some("One, renamed")),
    ];
    let views = views(&told, &[]).await;
    let channel = row(&views, "channels", "UCone");
    assert_eq!(
        (&channel["channel_id"], &channel["channel_title"]),
        (&Cell::Text(id("one").to_string()), &text("One, renamed"))
    );
}

/// An observation that tells no title makes an old title no newer.
#[tokio::test]
async fn of_what_videos_call_a_channel_the_newest_counts() {
    let mut gone = video(57, "v", None, None);
    gone.1.views = None;
    let told = [
        video(9, "v", Some("one"), Some("Old name")),
        video(33, "w", Some("one"), Some("New name")),
        gone,
    ];
    let views = views(&told, &[]).await;
    assert_eq!(row(&views, "channels", "UCone")["channel_title"], text("New name"));
}

#[tokio::test]
async fn a_channel_is_called_as_it_calls_itself() {
    let videos = [
        video(9, "v", Some("one"), Some("One of long ago")),
        video(10, "w", Some("two"), Some("Two")),
        video(11, "x", None, Some("Three")),
    ];
    let channels = [
        channel(8, "one", Some("One")),
        channel(40, "one", None),
        channel(9, "alone", Some("Alone")),
    ];
    let views = views(&videos, &channels).await;
    let one = row(&views, "channels", "UCone");
    assert_eq!((&one["channel_title"], &one["videos"]), (&text("One"), &Cell::Int(1)));
    assert_eq!(row(&views, "channels", "UCtwo")["channel_title"], text("Two"));
    let without_an_id = row(&views, "channels", "title:Three");
    assert_eq!(
        (&without_an_id["channel_id"], &without_an_id["channel_title"]),
        (&Cell::Null, &text("Three"))
    );
    let without_a_video = row(&views, "channels", "UCalone");
    assert_eq!(
        (
            &without_a_video["channel_title"],
            &without_a_video["videos"],
            &without_a_video["views"]
        ),
        (&text("Alone"), &Cell::Int(0), &Cell::Null)
    );
}
