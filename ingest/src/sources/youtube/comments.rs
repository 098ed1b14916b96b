//! All comments under a video: threads page by page, and the replies of those threads that have more than came along.

use events::VideoId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Youtube, cursor, parse, step};
use crate::pull::{Errand, Next, Page, Told, Trouble, remember};

/// As many as one call takes.
const COMMENTS: &str = "100";

/// Where a run stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// The next page of threads.
    token: Option<String>,
    /// That was the last page of threads.
    is_last: bool,
    /// Threads whose replies are read before the next page, the one at hand first.
    parents: Vec<String>,
    /// The next page of the thread at hand.
    reply_token: Option<String>,
}

pub(super) async fn page(youtube: &Youtube, errand: &Errand<'_>, video: &VideoId) -> Result<Page, Trouble> {
    let step: Step = step(errand)?;
    match step.parents.first().cloned() {
        Some(parent) => replies(youtube, errand, video, &parent, step).await,
        None => threads(youtube, errand, video, step).await,
    }
}

async fn threads(youtube: &Youtube, errand: &Errand<'_>, video: &VideoId, step: Step) -> Result<Page, Trouble> {
    let call = youtube
        .call("commentThreads", "snippet,replies")
        .with("videoId", video.as_str())
        .with("maxResults", COMMENTS)
        .with("order", "time")
        .with("textFormat", "plainText")
        .with_any("pageToken", step.token.as_deref());
    let (threads, token, etag) = match errand.ask_for_news(&call).await {
        Ok(Told::News { body, etag }) => {
            let threads = parse::threads(&body, Some(video), errand.observed_at);
            (threads, parse::next_page(&body), etag)
        }
        Ok(Told::NothingNew(kept)) => {
            let token = kept.get("next").and_then(Value::as_str).map(str::to_owned);
            (parse::Threads::default(), token, None)
        }
        // a video without comments is no failure
        Err(trouble) if trouble.reason == "commentsDisabled" => (parse::Threads::default(), None, None),
        Err(trouble) => return Err(trouble),
    };
    let kept = json!({"next": token});
    let next = after(Step {
        is_last: token.is_none(),
        token,
        parents: threads.unfinished,
        reply_token: None,
    })?;
    Ok(Page::new(threads.records, next).with_etag(remember(&call, etag, kept)))
}

async fn replies(
    youtube: &Youtube,
    errand: &Errand<'_>,
    video: &VideoId,
    parent: &str,
    mut step: Step,
) -> Result<Page, Trouble> {
    let call = youtube
        .call("comments", "snippet")
        .with("parentId", parent)
        .with("maxResults", COMMENTS)
        .with("textFormat", "plainText")
        .with_any("pageToken", step.reply_token.as_deref());
    let (records, token) = match errand.ask_json(&call).await {
        Ok(answer) => {
            let records = parse::replies(&answer, Some(video), Some(parent), errand.observed_at);
            (records, parse::next_page(&answer))
        }
        // deleted since its thread was read
        Err(trouble) if trouble.reason == "commentNotFound" => (Vec::new(), None),
        Err(trouble) => return Err(trouble),
    };
    if token.is_none() {
        step.parents.remove(0);
    }
    step.reply_token = token;
    Ok(Page::new(records, after(step)?))
}

fn after(step: Step) -> Result<Next, Trouble> {
    match step.parents.is_empty() && step.is_last {
        true => Ok(Next::Done(None)),
        false => Ok(Next::Page(cursor(&step)?)),
    }
}
