//! Things (t1 comments, t3 posts, t5 subreddits) and listings of them, with the members of the recorded exchanges.

use ingest::sources::simulate::{Dice, Subject};
use serde_json::{Value, json};

use super::post::{Post, base36};
use crate::moment::Moment;
use crate::secrets;

pub(super) fn listing(children: Vec<Value>, before: Option<String>, after: Option<String>) -> Value {
    json!({"kind": "Listing", "data": {
        "modhash": null, "dist": children.len(), "facets": {}, "children": children, "after": after, "before": before,
    }})
}

fn subreddit_id(niche: &str) -> String {
    format!(
        "t5_{}",
        base36((secrets::number(&["subreddit", niche]) % 2_000_000_000) as i64 + 100_000_000)
    )
}

pub(super) fn t3(post: &Post) -> Value {
    let id = post.id();
    let slug: String = post
        .title
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let permalink = format!("/r/{}/comments/{id}/{}/", post.niche, slug.trim_matches('_'));
    let written = post.written.timestamp() as f64;
    let (url, domain) = match post.is_self {
        true => (
            format!("https://www.reddit.com{permalink}"),
            format!("self.{}", post.niche),
        ),
        false => (
            format!("https://youtu.be/{}", secrets::opaque(&["link", &id], 11)),
            "youtu.be".to_owned(),
        ),
    };
    let text = if post.is_self {
        format!("Long time {} fan here.", post.keyword)
    } else {
        String::new()
    };
    let html = match post.is_self {
        true => json!(format!(
            "<!-- SC_OFF --><div class=\"md\"><p>{text}</p>\n</div><!-- SC_ON -->"
        )),
        false => Value::Null,
    };
    json!({"kind": "t3", "data": {
        "id": id, "name": format!("t3_{id}"), "title": post.title, "author": post.author,
        "author_fullname": format!("t2_{}", secrets::opaque(&["author", &post.author], 6).to_lowercase()),
        "subreddit": post.niche, "subreddit_id": subreddit_id(post.niche), "subreddit_name_prefixed": format!("r/{}", post.niche),
        "subreddit_type": "public", "permalink": permalink, "url": url, "domain": domain, "is_self": post.is_self,
        "selftext": text, "selftext_html": html, "score": post.score, "ups": post.score, "downs": 0,
        "upvote_ratio": 0.93, "num_comments": post.comments, "num_crossposts": 0, "created": written,
        "created_utc": written, "edited": false, "over_18": false, "spoiler": false, "locked": false, "stickied": false,
        "archived": false, "hidden": false, "saved": false, "clicked": false, "visited": false, "quarantine": false,
        "hide_score": false, "gilded": 0, "thumbnail": "self", "distinguished": null, "likes": null, "media": null,
        "media_embed": {}, "secure_media": null, "secure_media_embed": {}, "link_flair_text": null,
        "link_flair_css_class": null, "author_flair_text": null, "author_flair_css_class": null, "approved_by": null,
        "banned_by": null, "num_reports": null, "mod_reports": [], "user_reports": [], "report_reasons": null,
        "removal_reason": null, "suggested_sort": null, "from": null, "from_id": null, "from_kind": null,
    }})
}

pub(super) fn t5(moment: &Moment<'_>, niche: &str) -> Value {
    let created = moment.census.config().start.timestamp() as f64 - 300_000_000.0;
    let id = subreddit_id(niche);
    json!({"kind": "t5", "data": {
        "id": id.trim_start_matches("t5_"), "name": id, "display_name": niche, "display_name_prefixed": format!("r/{niche}"),
        "title": niche, "public_description": format!("Everything about {niche}"), "description": "",
        "subscribers": 100_000 + secrets::number(&["fans", niche]) % 900_000, "created": created, "created_utc": created,
        "over18": false, "subreddit_type": "public", "url": format!("/r/{niche}/"), "lang": "en",
    }})
}

/// The comments of a post that can be shown, at most 200, newest last.
pub(super) fn t1s(moment: &Moment<'_>, post: &Post) -> Vec<Value> {
    let id = post.id();
    let comment = |number: i64| {
        let which = secrets::number(&["comment", &id, &number.to_string()]);
        let mut dice = Dice::new(moment.census.seed(), Subject::Post, which, 1);
        let own = base36((which % 2_000_000_000_000) as i64 + 100_000_000_000);
        let age = (moment.now - post.written).num_seconds();
        let written = post.written.timestamp() + age * (number + 1) / (post.comments + 1);
        let body = format!("{} is fine, people just like to complain.", post.keyword);
        json!({"kind": "t1", "data": {
            "id": own, "name": format!("t1_{own}"), "link_id": format!("t3_{id}"), "parent_id": format!("t3_{id}"),
            "subreddit": post.niche, "subreddit_id": subreddit_id(post.niche), "author": format!("user_{}", dice.below(90_000) + 10_000),
            "body": body, "body_html": format!("<div class=\"md\"><p>{body}</p>\n</div>"), "score": dice.spread(3.0, 1.0) as i64,
            "ups": 1, "downs": 0, "created": written as f64, "created_utc": written as f64, "edited": false,
            "replies": "", "depth": 0, "stickied": false, "gilded": 0, "archived": false, "score_hidden": false,
            "distinguished": null, "likes": null, "controversiality": 0, "is_submitter": false,
            "permalink": format!("/r/{}/comments/{id}/_/{own}/", post.niche),
        }})
    };
    (0..post.comments.min(200)).map(comment).collect()
}
