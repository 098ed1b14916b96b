//! Comments as people export them with the Data API: an id, the video, the words; and whatever else there is.

use events::{ChannelId, Comment, Topic};

use crate::Outgoing;
use crate::table_file::UNDATED;
use crate::table_file::cell;
use crate::table_file::header::Header;
use crate::table_file::input::Head;
use crate::table_file::misread::Misread;
use crate::table_file::moment;
use crate::table_file::sheet::{Cells, Reading, record};

const SOURCE: &str = "/ingest/comments";

pub(crate) struct Comments {
    header: Header,
    id: Option<usize>,
    video: Option<usize>,
    text: Option<usize>,
    parent: Option<usize>,
    author: Option<usize>,
    author_channel: Option<usize>,
    likes: Option<usize>,
    replies: Option<usize>,
    published: Option<usize>,
    updated: Option<usize>,
}

impl Comments {
    /// `None` for a file of another kind, and for comments without ids: the same one read again could not be known.
    pub(crate) fn recognise(head: &Head) -> Option<Self> {
        let header = Header::new(head.rows.first()?);
        let at = |words: &[&str]| header.place(words);
        let comments = Self {
            id: Some(at(&["commentid", "cid"])?),
            video: Some(at(&["videoid", "vidid", "video"])?),
            text: Some(at(&[
                "comments",
                "comment",
                "commenttext",
                "text",
                "textoriginal",
                "textdisplay",
                "content",
            ])?),
            parent: at(&["parentid", "parentcommentid", "replyto"]),
            author: at(&[
                "author",
                "authorname",
                "authordisplayname",
                "username",
                "userid",
                "user",
            ]),
            author_channel: at(&["authorchannelid", "channelidofauthor"]),
            likes: at(&["likecount", "likes", "commentlikes", "votes"]),
            replies: at(&["replycount", "replies", "totalreplycount", "commentreplies"]),
            published: at(&["date", "publishedat", "published", "time", "commentdate", "createdat"]),
            updated: at(&["updatedat", "updated"]),
            header,
        };
        Some(comments)
    }
}

impl Reading for Comments {
    const SOURCE: &'static str = SOURCE;
    const TOPIC: Topic = Topic::Comments;

    fn header(&self) -> &Header {
        &self.header
    }

    fn begins_row(&self, first: &str) -> bool {
        self.video == Some(0) && cell::video_id(first).is_ok()
    }

    fn ends_in_text(&self) -> bool {
        let last = self.header.width().checked_sub(1);
        last.is_some() && (self.text == last || self.author == last)
    }

    fn read(&mut self, cells: &Cells<'_>) -> Result<Vec<Outgoing>, Misread> {
        let id = cells.required(self.id, |text| Ok(text.to_owned()))?;
        let video = cells.required(self.video, cell::video_id)?;
        let published = cells.optional(self.published, moment::published)?;
        let updated = cells.optional(self.updated, moment::published)?;
        let parent = id.split_once('.').map(|(thread, _)| thread.to_owned());
        let author = cells.text(self.author).map(str::to_owned);
        let comment = Comment {
            parent_id: cells.text(self.parent).map(str::to_owned).or(parent),
            author_channel_id: cells
                .text(self.author_channel)
                .and_then(|text| ChannelId::new(text).ok()),
            author_name: author,
            likes: cells.optional(self.likes, cell::count)?,
            replies: cells.optional(self.replies, cell::count)?,
            published_at: published,
            updated_at: updated,
            ..Comment::of(id, video, cells.text(self.text).unwrap_or_default())
        };
        let time = updated.or(published).unwrap_or(UNDATED);
        let place = |field: &str| match field {
            "text" => self.text,
            "author_name" => self.author,
            _ => None,
        };
        Ok(vec![record(SOURCE, time, comment, place)?])
    }
}
