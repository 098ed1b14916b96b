//! A channel's Atom feed, as YouTube serves it and as its hub sends it.

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use events::ChannelId;
use ingest::sources::simulate::{Access, VideoKey};
use quick_xml::escape::escape;

use crate::moment::Moment;
use crate::query::Query;
use crate::state::Shared;

/// Videos that a feed shows.
const SHOWN: usize = 15;

pub(crate) async fn serve(State(state): State<Shared>, uri: Uri) -> Response {
    let (moment, query) = (state.moment(), Query::of(&uri));
    let id = query.get("channel_id").and_then(|id| ChannelId::new(id).ok());
    let Some(index) = id.and_then(|id| moment.census.channel_number(&id)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let videos = moment.census.videos_of(index, moment.now).into_iter();
    let public: Vec<_> = videos
        .filter(|key| moment.census.access(*key, moment.now) == Access::Public)
        .take(SHOWN)
        .collect();
    (
        [(header::CONTENT_TYPE, "text/xml; charset=UTF-8")],
        atom(&moment, index, &public),
    )
        .into_response()
}

/// The feed of a channel with some of its videos.
pub(crate) fn atom(moment: &Moment<'_>, index: u32, videos: &[VideoKey]) -> String {
    let channel = moment.census.channel(index);
    let (id, title) = (channel.id.as_str(), escape(channel.title.as_str()));
    let stamp = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, false);
    let mut feed = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\" \
         xmlns=\"http://www.w3.org/2005/Atom\"><link rel=\"hub\" href=\"https://pubsubhubbub.appspot.com\"/>\
         <link rel=\"self\" href=\"https://www.youtube.com/xml/feeds/videos.xml?channel_id={id}\"/>\
         <title>YouTube video feed</title><updated>{}</updated>",
        stamp(moment.now)
    );
    for key in videos {
        let (Some(video), Some(seen)) = (
            moment.census.video(*key),
            moment.census.video_snapshot(*key, moment.now),
        ) else {
            continue;
        };
        let name = seen.title.unwrap_or_default();
        let (video_id, published) = (&video.id, stamp(video.published));
        feed.push_str(&format!(
            "<entry><id>yt:video:{video_id}</id><yt:videoId>{video_id}</yt:videoId><yt:channelId>{id}</yt:channelId>\
             <title>{}</title><link rel=\"alternate\" href=\"https://www.youtube.com/watch?v={video_id}\"/>\
             <author><name>{title}</name><uri>https://www.youtube.com/channel/{id}</uri></author>\
             <published>{published}</published><updated>{published}</updated></entry>",
            escape(name.as_str())
        ));
    }
    feed.push_str("</feed>\n");
    feed
}
