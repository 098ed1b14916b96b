"""python-youtube and analytix against the emulator."""

import datetime as dt
import os

import analytix
import pyyoutube
import requests
from analytix import queries
from analytix.auth import Scopes, Tokens
from analytix.shard import Shard

from emulator_checks import EARNING, REDIRECT, SCOPES, URL, check, expect


def python_youtube():
    client = "python-youtube"
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    api = pyyoutube.Client(api_key="key-of-python-youtube")
    api.BASE_URL = f"{URL}/youtube/v3/"

    def channel():
        found = api.channels.list(
            channel_id=EARNING["id"], parts="id,snippet,statistics,contentDetails,status,brandingSettings,topicDetails"
        )
        expect(found.items[0].snippet.title == EARNING["title"] and int(found.items[0].statistics.viewCount) > 0, found)
        expect(api.channels.list(for_handle=EARNING["handle"], parts="id").items[0].id == EARNING["id"], "handle")
        return found.items[0].snippet.customUrl

    def uploads():
        items = api.playlistItems.list(
            playlist_id="UU" + EARNING["id"][2:], parts="id,snippet,contentDetails,status", max_results=50
        ).items
        videos = api.videos.list(
            video_id=[item.contentDetails.videoId for item in items],
            parts="id,snippet,contentDetails,statistics,status,topicDetails",
        )
        expect(len(videos.items) == len(items), f"{len(videos.items)} of {len(items)}")
        seconds = videos.items[0].contentDetails.get_video_seconds_duration()
        return f"{len(items)} videos, the first of {seconds} s"

    def chart():
        return len(api.videos.list(chart="mostPopular", region_code="US", parts="id,snippet", max_results=10).items)

    def search():
        return len(
            api.search.list(channel_id=EARNING["id"], parts="snippet", type="video", order="date", max_results=10).items
        )

    def comments():
        videos = api.videos.list(chart="mostPopular", region_code="US", parts="id,statistics", max_results=20).items
        video = next(one for one in videos if one.statistics.commentCount)
        threads = api.commentThreads.list(video_id=video.id, parts="id,snippet,replies", max_results=20).items
        thread = next(one for one in threads if one.snippet.totalReplyCount)
        replies = api.comments.list(parent_id=thread.id, parts="id,snippet").items
        expect(len(replies) == thread.snippet.totalReplyCount, replies)
        return f"{len(threads)} threads"

    def words():
        return (
            len(api.videoCategories.list(region_code="DE").items)
            + len(api.i18nRegions.list(parts="snippet").items)
            + len(api.i18nLanguages.list(parts="snippet").items)
        )

    def refusal():
        try:
            api.videos.list(chart="mostPopular", region_code="US", video_category_id="99")
        except pyyoutube.PyYouTubeException as error:
            expect(error.status_code == 404, error)
            return error.status_code
        raise AssertionError("was not refused")

    def sign_in():
        app = pyyoutube.Client(client_id="app", client_secret="s")
        app.AUTHORIZATION_URL, app.EXCHANGE_ACCESS_TOKEN_URL, app.REVOKE_TOKEN_URL = (
            f"{URL}/o/oauth2/v2/auth",
            f"{URL}/token",
            f"{URL}/revoke",
        )
        app.BASE_URL = f"{URL}/youtube/v3/"
        address, state = app.get_authorize_url(redirect_uri=REDIRECT, scope=SCOPES, login_hint=EARNING["id"])
        page = requests.get(address, allow_redirects=False, timeout=30)
        app.generate_access_token(
            authorization_response=page.headers["location"], redirect_uri=REDIRECT, scope=SCOPES, state=state
        )
        expect(app.channels.list(mine=True, parts="id").items[0].id == EARNING["id"], "mine")
        token = app.refresh_access_token(refresh_token=app.refresh_token)
        expect(token.access_token, token)
        expect(app.revoke_access_token(token.access_token), "not revoked")

    for act in (channel, uploads, chart, search, comments, words, refusal, sign_in):
        check(client, act.__name__, act)


def analytix_reports(tokens):
    client = f"analytix {analytix.__version__}"
    queries.API_REPORTS_URL = f"{URL}/v2/reports"
    shard = Shard(
        Scopes.ALL_READONLY if hasattr(Scopes, "ALL_READONLY") else Scopes.READONLY | Scopes.MONETARY_READONLY,
        Tokens(
            access_token=tokens["access_token"],
            expires_in=tokens["expires_in"],
            scope=tokens["scope"],
            token_type=tokens["token_type"],
            refresh_token=tokens["refresh_token"],
        ),
    )
    end = dt.datetime.now(dt.UTC).date()
    start = end - dt.timedelta(days=30)

    def daily():
        report = shard.fetch_report(
            dimensions=("day",), metrics=("views", "likes", "estimatedRevenue"), start_date=start, end_date=end
        )
        expect(report.shape[0] >= 26 and report.columns[:2] == ["day", "views"], report.shape)
        return report.shape

    def top_videos():
        report = shard.fetch_report(
            dimensions=("video",),
            metrics=("views", "estimatedMinutesWatched"),
            sort_options=("-views",),
            max_results=10,
            start_date=start,
            end_date=end,
        )
        expect(report.shape[0] == 10, report.shape)
        return report.resource.rows[0][1]

    def traffic():
        report = shard.fetch_report(
            dimensions=("insightTrafficSourceType",),
            metrics=("views", "estimatedMinutesWatched"),
            start_date=start,
            end_date=end,
        )
        return report.shape

    def geography():
        report = shard.fetch_report(
            dimensions=("country",), metrics=("views", "subscribersGained"), start_date=start, end_date=end
        )
        return report.shape

    def demographics():
        report = shard.fetch_report(
            dimensions=("ageGroup", "gender"), metrics=("viewerPercentage",), start_date=start, end_date=end
        )
        return report.shape

    for act in (daily, top_videos, traffic, geography, demographics):
        check(client, act.__name__, act)
