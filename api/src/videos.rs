//! `GET /v1/videos/stats/{youtube_video_id}`: a video's latest state, its days and its places on charts.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use events::VideoId;
use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use crate::ApiState;
use crate::envelope::{Answer, Code, Problem};
use crate::parameters::{InvalidParameter, Parameters};
use crate::store::{self, videos};

#[derive(Serialize)]
pub(crate) struct Stats {
    video: videos::Video,
    days: Vec<videos::VideoDay>,
    ranks: Vec<videos::Rank>,
}

#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    #[error("youtube_video_id must be 11 letters, digits, '-' or '_', such as dQw4w9WgXcQ")]
    NotAnId,
    #[error("video {0} has not been observed")]
    Unknown(VideoId),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let message = self.to_string();
        match self {
            Self::Parameter(invalid) => Problem::from(invalid),
            Self::NotAnId => {
                Problem::new(Code::ValidationFailed, message).with_details(json!({"parameter": "youtube_video_id"}))
            }
            Self::Unknown(video_id) => {
                Problem::new(Code::NotFound, message).with_details(json!({"video_id": video_id}))
            }
            Self::Store(error) => error.into(),
        }
        .into_response()
    }
}

pub(crate) async fn stats(
    State(state): State<ApiState>,
    path: Result<Path<String>, PathRejection>,
    parameters: Parameters,
) -> Result<Answer<Stats>, Failure> {
    parameters.finish()?;
    let Path(text) = path.map_err(|_| Failure::NotAnId)?;
    let id = VideoId::new(text).map_err(|_| Failure::NotAnId)?;
    let mut db = store::snapshot(&state.pool).await?;
    let Some(video) = videos::find(&mut db, id.as_str()).await? else {
        return Err(Failure::Unknown(id));
    };
    let days = videos::days(&mut db, id.as_str()).await?;
    let ranks = videos::ranks(&mut db, id.as_str()).await?;
    let times = days
        .iter()
        .map(|day| day.as_of)
        .chain(ranks.iter().map(|rank| rank.as_of));
    Ok(Answer {
        as_of: times.chain([video.as_of]).max(),
        data: Stats { video, days, ranks },
    })
}
