//! One row of each generation of exports, and the ways people have them.

use chrono::SecondsFormat;
use events::VideoSnapshot;

use crate::reading::{gzip, read_bytes, region};

/// The only row of an export, as time and snapshot.
fn only(text: impl Into<Vec<u8>>) -> (String, VideoSnapshot) {
    let reading = read_bytes(text);
    assert_eq!(reading.reasons(), Vec::<&str>::new());
    let [(time, snapshot)] = reading.snapshots().try_into().expect("one row");
    (time.to_rfc3339_opts(SecondsFormat::Secs, true), snapshot)
}

#[test]
fn september_2017() {
    let (time, snapshot) = only(
        "video_id,title,channel_title,category_id,tags,views,likes,dislikes,comment_total,thumbnail_link,date\n\
         XpVt6Z1Gjjo,\"1 YEAR, OF\",\"Logan\",24,a b|c,4394029,320053,5931,46245,https://i.ytimg.com/d.jpg,13.09\n",
    );
    assert_eq!(time, "2017-09-13T00:00:00Z");
    assert_eq!(snapshot.video_id.as_str(), "XpVt6Z1Gjjo");
    assert_eq!(snapshot.title.as_deref(), Some("1 YEAR, OF"));
    assert_eq!(snapshot.tags, Some(vec!["a b".to_owned(), "c".to_owned()]));
    assert_eq!(snapshot.views, Some(4_394_029));
    assert_eq!(snapshot.comments, Some(46_245));
    assert_eq!(snapshot.region, Some(region("US")));
    assert_eq!(snapshot.trending_rank, Some(1));
    // what this generation does not have is absent, not zero
    assert_eq!(
        (snapshot.published_at, snapshot.channel_id, snapshot.comments_disabled),
        (None, None, None)
    );
}

#[test]
fn november_2017() {
    let (time, snapshot) = only(
        "video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,comment_count,\
         thumbnail_link,comments_disabled,ratings_disabled,video_error_or_removed,description\r\n\
         Ro6eob0LrCY,17.14.11,\"Malika\",\"Le Raptor\",24,2017-11-13T17:32:55.000Z,\"Raptor\"|\"Dissident\"|\"et moi\",\
         212702,29282,1108,3817,https://i.ytimg.com/d.jpg,False,True,FALSE,\"Dimanche.\\n18h30.\"\r\n",
    );
    assert_eq!(time, "2017-11-14T00:00:00Z");
    assert_eq!(
        snapshot.tags,
        Some(["Raptor", "Dissident", "et moi"].map(str::to_owned).to_vec())
    );
    assert_eq!(snapshot.description.as_deref(), Some("Dimanche.\n18h30."));
    assert_eq!(snapshot.published_at.map(|time| time.timestamp()), Some(1_510_594_375));
    assert_eq!(
        (snapshot.comments_disabled, snapshot.ratings_disabled),
        (Some(false), Some(true))
    );
    assert_eq!(snapshot.removed, Some(false));
}

#[test]
fn the_scraper_of_2018_and_the_schema_of_2020() {
    let header = "video_id,title,publishedAt,channelId,channelTitle,categoryId,trending_date,tags,view_count,likes,\
                  dislikes,comment_count,thumbnail_link,comments_disabled,ratings_disabled,description";
    for (date, expected) in [
        ("18.01.11", "2018-11-01T00:00:00Z"),
        ("2020-08-12T00:00:00Z", "2020-08-12T00:00:00Z"),
    ] {
        let (time, snapshot) = only(format!(
            "{header}\n\"JIFMN986m8s\",\"Worst\",\"2018-10-31T10:00:03.000Z\",\"UC4PooiX37Pld1T8J5SYT-SQ\",\"Good\",\"24\",\
             \"{date}\",\"[None]\",\"1054156\",\"\",\"0\",\"10153\",\"https://x\",\"False\",\"False\",\"real\nlines\"\n"
        ));
        assert_eq!(time, expected);
        assert_eq!(
            snapshot.channel_id.map(String::from).as_deref(),
            Some("UC4PooiX37Pld1T8J5SYT-SQ")
        );
        assert_eq!(snapshot.tags, Some(vec![]));
        assert_eq!((snapshot.likes, snapshot.dislikes), (None, Some(0)));
        assert_eq!(snapshot.description.as_deref(), Some("real\nlines"));
        assert_eq!(snapshot.removed, None);
    }
}

#[test]
fn columns_in_any_order_with_mark_spaces_and_strangers() {
    let (_, snapshot) = only("\u{feff} Views ,extra,Trending_Date, VIDEO_ID\r\n 7.0 ,?, 2020-08-12 , aaaaaaaaaaa \r\n");
    assert_eq!(snapshot.views, Some(7));
    assert_eq!(snapshot.video_id.as_str(), "aaaaaaaaaaa");
}

#[test]
fn the_same_row_is_the_same_event_however_it_is_stored() {
    let text = "video_id,trending_date,views\naaaaaaaaaaa,2020-08-12,1\n#NAME?,2020-08-12,2\n";
    let ids = read_bytes(text).ids();
    assert_eq!(ids.len(), 2);
    assert_eq!(read_bytes(text.replace('\n', "\r\n")).ids(), ids);
    assert_eq!(read_bytes(gzip(text.as_bytes())).ids(), ids);
    let (first, second) = text.split_at(20);
    assert_eq!(
        read_bytes([gzip(first.as_bytes()), gzip(second.as_bytes())].concat()).ids(),
        ids
    );
}

#[test]
fn ranks_count_different_videos_of_a_day_and_rows_that_cannot_be_read() {
    let text = "video_id,trending_date,views\n\
                aaaaaaaaaaa,17.14.11,1\nbbbbbbbbbbb,17.15.11,1\nccccccccccc,17.14.11,1\n#NAME?,17.14.11,1\n\
                aaaaaaaaaaa,17.14.11,2\nddddddddddd,17.14.11,1\nccccccccccc,17.15.11,1\n";
    let ranks = read_bytes(text)
        .snapshots()
        .into_iter()
        .map(|(_, snapshot)| snapshot.trending_rank);
    assert_eq!(ranks.collect::<Vec<_>>(), [1, 1, 2, 1, 4, 2].map(Some));
}
