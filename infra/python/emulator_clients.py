"""Drives the emulator with clients that others wrote: google-api-python-client, python-youtube, analytix, praw, stripe.

    emulator_clients.py URL

Prints a line per client and operation and ends with 1 if any answer was not as expected. All traffic is loopback.
"""

import base64
import csv
import datetime as dt
import hashlib
import hmac
import http.server
import io
import json
import os
import re
import secrets
import sys
import threading
import time
import urllib.parse

import analytix
import praw
import pyyoutube
import requests
import stripe
from analytix import queries
from analytix.auth import Scopes, Tokens
from analytix.shard import Shard
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseDownload

URL = sys.argv[1].rstrip("/")
SCOPES = [
    "https://www.googleapis.com/auth/" + name
    for name in ("youtube", "youtube.readonly", "yt-analytics.readonly", "yt-analytics-monetary.readonly", "adsense.readonly")
]
REDIRECT = "http://127.0.0.1:1/callback"
FAILED = 0


def check(client, operation, act):
    """Runs one operation; what it returns is shown."""
    global FAILED
    try:
        shown = act()
        print(f"ok    {client}: {operation}" + (f" ({shown})" if shown is not None else ""), flush=True)
    except Exception as error:
        FAILED += 1
        print(f"FAIL  {client}: {operation}: {type(error).__name__}: {error}", flush=True)


def expect(condition, why):
    if not condition:
        raise AssertionError(why)


def refused(act, status, reason=None):
    """The call is refused with this status and reason."""
    try:
        act()
    except HttpError as error:
        expect(error.resp.status == status, f"{error.resp.status} in place of {status}")
        details = json.loads(error.content)["error"]["errors"][0]
        expect(reason is None or details["reason"] == reason, details)
        return f"{status} {details['reason']}"
    raise AssertionError("was not refused")


def stranger(token):
    """A token that is not good. Google's client would try to refresh it, so it is sent by hand."""
    address = f"{URL}/youtube/v3/channels?part=id&mine=true"
    answer = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    expect(answer.status_code == 401 and answer.json()["error"]["errors"][0]["reason"] == "authError", answer.text)
    expect(answer.headers["www-authenticate"].startswith("Bearer"), answer.headers)
    return "401 authError"


WORLD = requests.get(f"{URL}/_emulator/world", timeout=30).json()
EARNING = next(channel for channel in WORLD["channels"] if channel["monetised"])
POOR = next((channel for channel in WORLD["channels"] if not channel["monetised"]), None)


def connect(channel):
    """The whole flow for a channel: consent page, code with PKCE, tokens."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    state = secrets.token_hex(16)
    asked = {
        "client_id": "clients-test", "redirect_uri": REDIRECT, "response_type": "code", "scope": " ".join(SCOPES),
        "state": state, "code_challenge": challenge, "code_challenge_method": "S256", "access_type": "offline",
        "login_hint": channel["id"],
    }
    page = requests.get(f"{URL}/o/oauth2/v2/auth", params=asked, allow_redirects=False, timeout=30)
    back = urllib.parse.parse_qs(urllib.parse.urlparse(page.headers["location"]).query)
    expect(page.status_code == 302 and back["state"] == [state], page.text)
    redeemed = {
        "grant_type": "authorization_code", "code": back["code"][0], "client_id": "clients-test", "client_secret": "s",
        "redirect_uri": REDIRECT, "code_verifier": "wrong",
    }
    wrong = requests.post(f"{URL}/token", data=redeemed, timeout=30)
    expect(wrong.status_code == 400 and wrong.json()["error"] == "invalid_grant", wrong.text)
    page = requests.get(f"{URL}/o/oauth2/v2/auth", params=asked, allow_redirects=False, timeout=30)
    back = urllib.parse.parse_qs(urllib.parse.urlparse(page.headers["location"]).query)
    good = {**redeemed, "code": back["code"][0], "code_verifier": verifier}
    answer = requests.post(f"{URL}/token", data=good, timeout=30)
    expect(answer.status_code == 200, answer.text)
    tokens = answer.json()
    return Credentials(
        tokens["access_token"], refresh_token=tokens["refresh_token"], token_uri=f"{URL}/token",
        client_id="clients-test", client_secret="s", scopes=SCOPES,
    ), tokens


def service(name, version, **how):
    """A service of google-api-python-client from its own copy of the discovery document."""
    return build(name, version, static_discovery=True, cache_discovery=False, client_options={"api_endpoint": URL + "/"}, **how)


def google_data(owner):
    client = "google-api-python-client"
    api = service("youtube", "v3", developerKey="key-of-google-client")
    mine = service("youtube", "v3", credentials=owner)
    known = {}

    def channels():
        parts = "id,snippet,contentDetails,statistics,status,topicDetails,brandingSettings"
        by_id = api.channels().list(part=parts, id=EARNING["id"]).execute()["items"][0]
        by_handle = api.channels().list(part=parts, forHandle=EARNING["handle"]).execute()["items"][0]
        own = mine.channels().list(part=parts, mine=True).execute()["items"][0]
        expect(by_id["id"] == by_handle["id"] == own["id"] == EARNING["id"], "three channels")
        expect("items" not in api.channels().list(part="id", id="UC" + "x" * 22).execute(), "nobody's channel")
        known["uploads"] = by_id["contentDetails"]["relatedPlaylists"]["uploads"]
        return by_id["snippet"]["title"]

    def uploads():
        ids, request, pages = [], api.playlistItems().list(part="snippet,contentDetails,status", playlistId=known["uploads"], maxResults=50), 0
        while request is not None:
            answer = request.execute()
            ids += [item["contentDetails"]["videoId"] for item in answer["items"]]
            pages += 1
            request = api.playlistItems().list_next(request, answer)
        expect(len(ids) == len(set(ids)) == answer["pageInfo"]["totalResults"], f"{len(ids)} ids")
        known["ids"] = ids
        return f"{len(ids)} videos on {pages} pages"

    def videos():
        parts = "snippet,statistics,contentDetails,status,topicDetails"
        answer = api.videos().list(part=parts, id=",".join(known["ids"][:50])).execute()
        expect([item["id"] for item in answer["items"]] == known["ids"][:50], "not the order asked for")
        for item in answer["items"]:
            expect(re.fullmatch(r"PT(\d+H)?(\d+M)?(\d+S)?", item["contentDetails"]["duration"]), item["contentDetails"])
            expect(item["snippet"]["channelId"] == EARNING["id"], item["snippet"])
        by_comments = sorted(answer["items"], key=lambda item: int(item["statistics"].get("commentCount", -1)))
        known["video"] = by_comments[-1]["id"]
        refused(lambda: api.videos().list(part="id", id=",".join(known["ids"][:51])).execute(), 400, "invalidFilters")
        return len(answer["items"])

    def chart():
        answer = api.videos().list(part="id,snippet", chart="mostPopular", regionCode="GB", maxResults=50).execute()
        category = answer["items"][0]["snippet"]["categoryId"]
        some = api.videos().list(part="snippet", chart="mostPopular", regionCode="GB", videoCategoryId=category).execute()
        expect(all(item["snippet"]["categoryId"] == category for item in some["items"]), "another category")
        refused(lambda: api.videos().list(part="id", chart="mostPopular", videoCategoryId="99").execute(), 404, "videoChartNotFound")
        return f"{answer['pageInfo']['totalResults']} places"

    def search():
        after = (dt.datetime.now(dt.UTC) - dt.timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = api.search().list(part="snippet", channelId=EARNING["id"], type="video", order="date", publishedAfter=after, maxResults=25).execute()
        times = [item["snippet"]["publishedAt"] for item in found["items"]]
        expect(times and times == sorted(times, reverse=True) and times[-1] >= after, times)
        word = WORLD["keywords"][0].split()[0]
        texts = api.search().list(part="snippet", q=word, type="video", maxResults=5).execute()["items"]
        expect(all(item["id"]["kind"] == "youtube#video" for item in texts), texts)
        refused(lambda: api.search().list(part="snippet", publishedAfter="yesterday").execute(), 400, "invalidParameter")
        return len(times)

    def comments():
        threads = api.commentThreads().list(part="id,snippet,replies", videoId=known["video"], maxResults=100, textFormat="plainText").execute()
        thread = next(item for item in threads["items"] if item["snippet"]["totalReplyCount"])
        replies = api.comments().list(part="id,snippet", parentId=thread["id"]).execute()["items"]
        expect(len(replies) == thread["snippet"]["totalReplyCount"] == len(thread["replies"]["comments"]), "replies")
        one = api.comments().list(part="id,snippet", id=replies[0]["id"]).execute()["items"][0]
        expect(one["snippet"]["parentId"] == thread["id"], one)
        refused(lambda: api.commentThreads().list(part="id", videoId="x" * 11).execute(), 404, "videoNotFound")
        every = api.commentThreads().list(part="snippet", allThreadsRelatedToChannelId=EARNING["id"]).execute()["items"]
        return f"{len(threads['items'])} threads, {len(replies)} replies, {len(every)} of the channel"

    def words():
        categories = api.videoCategories().list(part="snippet", regionCode="US").execute()["items"]
        regions = api.i18nRegions().list(part="snippet").execute()["items"]
        languages = api.i18nLanguages().list(part="snippet").execute()["items"]
        expect({"10", "20"} <= {item["id"] for item in categories}, categories)
        return f"{len(categories)} categories, {len(regions)} regions, {len(languages)} languages"

    def fields():
        answer = api.videos().list(part="snippet,statistics", id=known["ids"][0], fields="items(id,snippet/title)").execute()
        expect(set(answer) == {"items"} and set(answer["items"][0]) == {"id", "snippet"}, answer)
        expect(set(answer["items"][0]["snippet"]) == {"title"}, answer)
        return refused(lambda: api.videos().list(part="id", id=known["ids"][0], fields="nonsense").execute(), 400, "invalidParameter")

    def etags():
        address = f"{URL}/youtube/v3/i18nLanguages?part=snippet&key=etags"
        first = requests.get(address, timeout=30)
        again = requests.get(address, headers={"If-None-Match": first.headers["etag"]}, timeout=30)
        expect(first.json()["etag"] == first.headers["etag"].strip('"') and again.status_code == 304 and not again.content, again.status_code)
        return "304"

    def mistakes():
        refused(lambda: api.videos().list(part="nonsense", id="x").execute(), 400, "unknownPart")
        refused(lambda: api.videos().list(part="id").execute(), 400, "missingRequiredParameter")
        refused(lambda: api.channels().list(part="id", mine=True).execute(), 401)
        refused(lambda: api.playlistItems().list(part="id", playlistId="UU" + "x" * 22).execute(), 404, "playlistNotFound")
        refused(lambda: api.playlistItems().list(part="id", playlistId=known["uploads"], pageToken="AAAA").execute(), 400, "invalidPageToken")
        return stranger("ya29.nobody")

    def quota():
        poor = service("youtube", "v3", developerKey="key-of-a-searcher")
        for _ in range(100):
            poor.search().list(part="id", channelId=EARNING["id"], type="channel").execute()
        refused(lambda: poor.search().list(part="id", q="x").execute(), 403, "quotaExceeded")
        poor.i18nLanguages().list(part="snippet").execute()
        keys = requests.get(f"{URL}/_emulator/requests", timeout=30).json()["keys"]
        used = next(one for one in keys if one["key"] == "key-of-a-searcher")
        expect((used["units"], used["searches"]) == (1, 100), used)
        return "100 searches, then 403 quotaExceeded; its own bucket"

    for act in (channels, uploads, videos, chart, search, comments, words, fields, etags, mistakes, quota):
        check(client, act.__name__, act)
    return known


def google_analytics(owner):
    client = "google-api-python-client"
    api = service("youtubeAnalytics", "v2", credentials=owner)
    today = dt.datetime.now(dt.UTC).date()
    span = {"ids": "channel==MINE", "startDate": str(today - dt.timedelta(days=40)), "endDate": str(today)}

    def by_day():
        answer = api.reports().query(**span, metrics="views,engagedViews,estimatedMinutesWatched,likes", dimensions="day", sort="day").execute()
        days = [row[0] for row in answer["rows"]]
        late = today - dt.date.fromisoformat(days[-1])
        expect(dt.timedelta(days=3) <= late <= dt.timedelta(days=4), f"the last day is {days[-1]}")
        expect([header["name"] for header in answer["columnHeaders"]][:2] == ["day", "views"], answer["columnHeaders"])
        expect(all(row[2] <= row[1] for row in answer["rows"]), "more engaged views than views")
        return f"{len(days)} days, the last is {days[-1]}"

    def adds_up():
        total = api.reports().query(**span, metrics="views").execute()["rows"][0][0]
        for dimension in ("country", "insightTrafficSourceType", "deviceType", "operatingSystem", "subscribedStatus", "month"):
            rows = api.reports().query(**span, metrics="views", dimensions=dimension).execute()["rows"]
            expect(sum(row[1] for row in rows) == total, f"{dimension}: {rows}")
        return f"{total} views by six dimensions"

    def by_video():
        refused(lambda: api.reports().query(**span, metrics="views", dimensions="video").execute(), 400, "badRequest")
        rows = api.reports().query(**span, metrics="views,averageViewPercentage", dimensions="video", sort="-views", maxResults=10).execute()["rows"]
        views = [row[1] for row in rows]
        expect(views == sorted(views, reverse=True) and len(views) == 10, rows)
        one = api.reports().query(**span, metrics="views", filters=f"video=={rows[0][0]}").execute()["rows"]
        expect(one[0][0] == views[0], one)
        curve = api.reports().query(**span, metrics="audienceWatchRatio", dimensions="elapsedVideoTimeRatio", filters=f"video=={rows[0][0]}").execute()
        expect(len(curve["rows"]) == 100, len(curve["rows"]))
        return views[0]

    def demographics():
        rows = api.reports().query(**span, metrics="viewerPercentage", dimensions="ageGroup,gender").execute()["rows"]
        expect(99 < sum(row[2] for row in rows) < 101, rows)
        return len(rows)

    def revenue():
        rows = api.reports().query(**span, metrics="estimatedRevenue,cpm,monetizedPlaybacks", dimensions="day").execute()["rows"]
        expect(rows and all(row[1] > 0 for row in rows), rows[:3])
        if POOR is None:
            return "every channel earns"
        poor = service("youtubeAnalytics", "v2", credentials=connect(POOR)[0])
        poor.reports().query(**span, metrics="views").execute()
        return refused(lambda: poor.reports().query(**span, metrics="estimatedRevenue").execute(), 403)

    def mistakes():
        refused(lambda: api.reports().query(**span, metrics="nonsense").execute(), 400, "badRequest")
        refused(lambda: api.reports().query(**{**span, "startDate": "2026-1-1"}, metrics="views").execute(), 400)
        other = WORLD["channels"][-1]["id"]
        return refused(lambda: api.reports().query(**{**span, "ids": f"channel=={other}"}, metrics="views").execute(), 403)

    for act in (by_day, adds_up, by_video, demographics, revenue, mistakes):
        check(client, f"analytics {act.__name__}", act)


def google_reporting(owner):
    client = "google-api-python-client"
    api = service("youtubereporting", "v1", credentials=owner)
    columns = {
        "channel_basic_a3": "date,channel_id,video_id,live_or_on_demand,subscribed_status,country_code",
        "channel_reach_basic_a1": "date,channel_id,video_id,video_thumbnail_impressions,video_thumbnail_impressions_ctr",
        "channel_reach_combined_a1": "date,channel_id,video_id,traffic_source_type,traffic_source_detail,operating_system,device_type",
    }

    def types():
        kinds = {kind["id"] for kind in api.reportTypes().list().execute()["reportTypes"]}
        expect(set(columns) <= kinds, kinds)
        return len(kinds)

    def bulk(kind):
        job = api.jobs().create(body={"reportTypeId": kind, "name": f"test {kind}"}).execute()
        expect(job["id"] in [one["id"] for one in api.jobs().list().execute()["jobs"]], job)
        expect(api.jobs().get(jobId=job["id"]).execute() == job, job)
        reports, request = [], api.jobs().reports().list(jobId=job["id"], pageSize=10)
        while request is not None:
            answer = request.execute()
            reports += answer.get("reports", [])
            request = api.jobs().reports().list_next(request, answer)
        expect(25 <= len(reports) <= 31, f"{len(reports)} reports")
        expect(api.jobs().reports().get(jobId=job["id"], reportId=reports[0]["id"]).execute() == reports[0], reports[0])
        file = io.BytesIO()
        media = api.media().download_media(resourceName="")
        media.uri = reports[0]["downloadUrl"]
        loader, done = MediaIoBaseDownload(file, media, chunksize=100_000), False
        while not done:
            _, done = loader.next_chunk()
        rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))
        expect(file.getvalue().decode().startswith(columns[kind]), file.getvalue()[:200])
        expect(rows and any(value == "" for row in rows for value in row.values()), "no empty value")
        expect({row["channel_id"] for row in rows} == {EARNING["id"]}, "another channel")
        api.jobs().delete(jobId=job["id"]).execute()
        refused(lambda: api.jobs().get(jobId=job["id"]).execute(), 404)
        return f"{len(reports)} reports, {len(rows)} rows"

    check(client, "reporting types", types)
    for kind in columns:
        check(client, f"reporting {kind}", lambda kind=kind: bulk(kind))


def google_adsense(owner):
    client = "google-api-python-client"
    api = service("adsense", "v2", credentials=owner)

    def accounts():
        account = api.accounts().list().execute()["accounts"][0]
        expect(api.accounts().get(name=account["name"]).execute() == account, account)
        clients = api.accounts().adclients().list(parent=account["name"]).execute()["adClients"]
        payments = api.accounts().payments().list(parent=account["name"]).execute()["payments"]
        expect(payments[-1]["name"].endswith("unpaid") and len(payments) > 3, payments)
        if POOR is not None:
            poor = service("adsense", "v2", credentials=connect(POOR)[0])
            expect("accounts" not in poor.accounts().list().execute(), "an account for a channel that earns nothing")
        return f"{account['name']}, {len(clients)} client, {len(payments)} payments"

    def report():
        account = api.accounts().list().execute()["accounts"][0]["name"]
        answer = api.accounts().reports().generate(
            account=account, dateRange="LAST_30_DAYS", dimensions=["DATE"], metrics=["ESTIMATED_EARNINGS", "IMPRESSIONS", "CLICKS"],
            orderBy=["+DATE"],
        ).execute()
        cents = [round(float(row["cells"][1]["value"]) * 100) for row in answer["rows"]]
        total = round(float(answer["totals"]["cells"][1]["value"]) * 100)
        expect(sum(cents) == total and int(answer["totalMatchedRows"]) == len(cents) >= 28, answer["totals"])
        refused(lambda: api.accounts().reports().generate(account=account, dateRange="LAST_7_DAYS", metrics=["ACTIVE_VIEW_TIME"]).execute(), 400)
        return f"{len(cents)} days, {total / 100:.2f} USD"

    check(client, "adsense accounts", accounts)
    check(client, "adsense report", report)


def oauth(owner, tokens):
    client = "google-auth"

    def rotation():
        before = owner.refresh_token
        owner.refresh(Request())
        expect(owner.refresh_token != before, "the same refresh token")
        expect(service("youtube", "v3", credentials=owner).channels().list(part="id", mine=True).execute()["items"], "no channel")

    def revoking():
        gone, given = connect(EARNING)
        expect(requests.post(f"{URL}/revoke", data={"token": given["refresh_token"]}, timeout=30).status_code == 200, "not revoked")
        answer = requests.post(f"{URL}/token", data={"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": "clients-test"}, timeout=30)
        expect(answer.json()["error"] == "invalid_grant", answer.text)
        return stranger(gone.token)

    check(client, "refresh token rotation", rotation)
    check(client, "revoke", revoking)


def python_youtube():
    client = "python-youtube"
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    api = pyyoutube.Client(api_key="key-of-python-youtube")
    api.BASE_URL = f"{URL}/youtube/v3/"

    def channel():
        found = api.channels.list(channel_id=EARNING["id"], parts="id,snippet,statistics,contentDetails,status,brandingSettings,topicDetails")
        expect(found.items[0].snippet.title == EARNING["title"] and int(found.items[0].statistics.viewCount) > 0, found)
        expect(api.channels.list(for_handle=EARNING["handle"], parts="id").items[0].id == EARNING["id"], "handle")
        return found.items[0].snippet.customUrl

    def uploads():
        items = api.playlistItems.list(playlist_id="UU" + EARNING["id"][2:], parts="id,snippet,contentDetails,status", max_results=50).items
        videos = api.videos.list(video_id=[item.contentDetails.videoId for item in items], parts="id,snippet,contentDetails,statistics,status,topicDetails")
        expect(len(videos.items) == len(items), f"{len(videos.items)} of {len(items)}")
        seconds = videos.items[0].contentDetails.get_video_seconds_duration()
        return f"{len(items)} videos, the first of {seconds} s"

    def chart():
        return len(api.videos.list(chart="mostPopular", region_code="US", parts="id,snippet", max_results=10).items)

    def search():
        return len(api.search.list(channel_id=EARNING["id"], parts="snippet", type="video", order="date", max_results=10).items)

    def comments():
        videos = api.videos.list(chart="mostPopular", region_code="US", parts="id,statistics", max_results=20).items
        video = next(one for one in videos if one.statistics.commentCount)
        threads = api.commentThreads.list(video_id=video.id, parts="id,snippet,replies", max_results=20).items
        thread = next(one for one in threads if one.snippet.totalReplyCount)
        replies = api.comments.list(parent_id=thread.id, parts="id,snippet").items
        expect(len(replies) == thread.snippet.totalReplyCount, replies)
        return f"{len(threads)} threads"

    def words():
        return len(api.videoCategories.list(region_code="DE").items) + len(api.i18nRegions.list(parts="snippet").items) + len(api.i18nLanguages.list(parts="snippet").items)

    def refusal():
        try:
            api.videos.list(chart="mostPopular", region_code="US", video_category_id="99")
        except pyyoutube.PyYouTubeException as error:
            expect(error.status_code == 404, error)
            return error.status_code
        raise AssertionError("was not refused")

    def sign_in():
        app = pyyoutube.Client(client_id="app", client_secret="s")
        app.AUTHORIZATION_URL, app.EXCHANGE_ACCESS_TOKEN_URL, app.REVOKE_TOKEN_URL = f"{URL}/o/oauth2/v2/auth", f"{URL}/token", f"{URL}/revoke"
        app.BASE_URL = f"{URL}/youtube/v3/"
        address, state = app.get_authorize_url(redirect_uri=REDIRECT, scope=SCOPES, login_hint=EARNING["id"])
        page = requests.get(address, allow_redirects=False, timeout=30)
        app.generate_access_token(authorization_response=page.headers["location"], redirect_uri=REDIRECT, scope=SCOPES, state=state)
        expect(app.channels.list(mine=True, parts="id").items[0].id == EARNING["id"], "mine")
        token = app.refresh_access_token(refresh_token=app.refresh_token)
        expect(token.access_token, token)
        expect(app.revoke_access_token(token.access_token), "not revoked")

    for act in (channel, uploads, chart, search, comments, words, refusal, sign_in):
        check(client, act.__name__, act)


def analytix_reports(tokens):
    client = f"analytix {analytix.__version__}"
    queries.API_REPORTS_URL = f"{URL}/v2/reports"
    shard = Shard(Scopes.ALL_READONLY if hasattr(Scopes, "ALL_READONLY") else Scopes.READONLY | Scopes.MONETARY_READONLY, Tokens(
        access_token=tokens["access_token"], expires_in=tokens["expires_in"], scope=tokens["scope"],
        token_type=tokens["token_type"], refresh_token=tokens["refresh_token"],
    ))
    end = dt.datetime.now(dt.UTC).date()
    start = end - dt.timedelta(days=30)

    def daily():
        report = shard.fetch_report(dimensions=("day",), metrics=("views", "likes", "estimatedRevenue"), start_date=start, end_date=end)
        expect(report.shape[0] >= 26 and report.columns[:2] == ["day", "views"], report.shape)
        return report.shape

    def top_videos():
        report = shard.fetch_report(dimensions=("video",), metrics=("views", "estimatedMinutesWatched"), sort_options=("-views",), max_results=10, start_date=start, end_date=end)
        expect(report.shape[0] == 10, report.shape)
        return report.resource.rows[0][1]

    def traffic():
        report = shard.fetch_report(dimensions=("insightTrafficSourceType",), metrics=("views", "estimatedMinutesWatched"), start_date=start, end_date=end)
        return report.shape

    def geography():
        report = shard.fetch_report(dimensions=("country",), metrics=("views", "subscribersGained"), start_date=start, end_date=end)
        return report.shape

    def demographics():
        report = shard.fetch_report(dimensions=("ageGroup", "gender"), metrics=("viewerPercentage",), start_date=start, end_date=end)
        return report.shape

    for act in (daily, top_videos, traffic, geography, demographics):
        check(client, act.__name__, act)


def reddit():
    client = f"praw {praw.__version__}"
    how = {"client_id": "app", "client_secret": "s", "user_agent": "ytempire-tests/1.0", "reddit_url": URL, "oauth_url": URL, "check_for_updates": False}
    api = praw.Reddit(**how)
    niche = WORLD["channels"][0]["niche"]

    def listing(order):
        posts = list(getattr(api.subreddit(niche), order)(limit=150))
        expect(len({post.id for post in posts}) == len(posts) > 5, f"{len(posts)} posts")
        expect(all(post.subreddit.display_name == niche and post.title and post.created_utc > 0 for post in posts), "a post")
        if order == "new":
            times = [post.created_utc for post in posts]
            expect(times == sorted(times, reverse=True), "not in order")
        if order == "top":
            scores = [post.score for post in posts]
            expect(scores == sorted(scores, reverse=True), "not in order")
        return f"{len(posts)} posts"

    def search():
        word = WORLD["keywords"][0]
        posts = list(api.subreddit("all").search(word, sort="new", time_filter="month", limit=50))
        expect(posts and all(word.split()[0] in post.title.lower() for post in posts), len(posts))
        return len(posts)

    def comments():
        post = max(api.subreddit(niche).top(time_filter="week", limit=25), key=lambda post: post.num_comments)
        again = api.submission(id=post.id)
        again.comments.replace_more(limit=0)
        expect(again.title == post.title and len(again.comments.list()) == min(post.num_comments, 200), post.num_comments)
        expect(all(comment.body and comment.author for comment in again.comments.list()), "a comment")
        return len(again.comments.list())

    def front():
        return sum(len(list(getattr(api.front, order)(limit=10))) for order in ("hot", "new", "rising"))

    def me():
        user = praw.Reddit(**how, username="somebody", password="p")
        expect(user.user.me().name == "somebody", "another user")
        expect(api.subreddit(niche).subscribers > 0, "about")
        limits = user.auth.limits
        expect(limits["remaining"] is not None and limits["remaining"] < 1000, limits)
        return limits["remaining"]

    def missing():
        try:
            list(api.subreddit("nobody_is_here").hot(limit=1))
        except Exception as error:
            expect(type(error).__name__ in ("NotFound", "Redirect"), error)
            return type(error).__name__
        raise AssertionError("a subreddit that is not there")

    for order in ("hot", "new", "top", "rising"):
        check(client, order, lambda order=order: listing(order))
    for act in (search, comments, front, me, missing):
        check(client, act.__name__, act)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes webhooks and WebSub notifications, and agrees to subscriptions."""

    got = []

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        self.answer(query["hub.challenge"][0].encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((dict(self.headers.items()), body))
        self.answer(b"")

    def answer(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/hook"


def payments(hook):
    client = f"stripe {stripe.VERSION}"
    api = stripe.StripeClient("sk_test_0", base_addresses={"api": URL}, max_network_retries=0).v1

    def listing(name):
        first = getattr(api, name).list({"limit": 5})
        objects = list(getattr(api, name).list({"limit": 50}).auto_paging_iter())
        ids = [one.id for one in objects]
        times = [one.created for one in objects]
        expect(len(ids) == len(set(ids)) and ids[:5] == [one.id for one in first.data], f"{len(ids)} ids")
        expect(times == sorted(times, reverse=True) and len(ids) > 20, f"{len(ids)} {name}")
        expect(getattr(api, name).retrieve(ids[3]).id == ids[3], ids[3])
        back = getattr(api, name).list({"limit": 3, "ending_before": ids[5]})
        expect([one.id for one in back.data] == ids[2:5] and back.has_more, [one.id for one in back.data])
        since = getattr(api, name).list({"limit": 100, "created": {"gte": times[10]}})
        expect(len(since.data) == sum(when >= times[10] for when in times), len(since.data))
        return f"{len(ids)} objects"

    def balances():
        transactions = list(api.balance_transactions.list({"limit": 100, "type": "charge"}).auto_paging_iter())
        charges = {one.id: one for one in api.charges.list({"limit": 100}).auto_paging_iter()}
        expect(all(charges[one.source].amount == one.amount and one.net == one.amount - one.fee for one in transactions), "a transaction")
        expanded = api.charges.list({"limit": 2, "expand": ["data.balance_transaction"]}).data[0]
        expect(expanded.balance_transaction.source == expanded.id, expanded.id)
        return len(transactions)

    def refusals():
        for act, kind, code in (
            (lambda: api.charges.retrieve("ch_nothing"), stripe.InvalidRequestError, "resource_missing"),
            (lambda: api.charges.list({"limit": 101}), stripe.InvalidRequestError, "parameter_invalid"),
            (lambda: api.charges.list({"starting_after": "ch_nothing"}), stripe.InvalidRequestError, "resource_missing"),
            (lambda: stripe.StripeClient("nonsense", base_addresses={"api": URL}).v1.charges.list(), stripe.AuthenticationError, None),
        ):
            try:
                act()
            except kind as error:
                expect(error.code == code, error)
            else:
                raise AssertionError(f"was not refused with {code}")

    def limits():
        requests.post(f"{URL}/_emulator/faults", json={"path": "/v1/payouts", "kind": "too-many-requests"}, timeout=30)
        try:
            api.payouts.list()
        except stripe.RateLimitError as error:
            expect(error.http_status == 429 and error.headers["retry-after"] == "1", error.headers)
            return "429"
        raise AssertionError("was not refused")

    def webhooks():
        Receiver.got.clear()
        order = {"url": hook, "secret": "whsec_test", "key": "sk_test_0", "count": 5, "times": 2}
        answer = requests.post(f"{URL}/_emulator/stripe/webhooks", json=order, timeout=60).json()
        expect(len(Receiver.got) == 10 and all(one["status"] == 200 for one in answer["deliveries"]), answer)
        for headers, body in Receiver.got:
            event = stripe.Webhook.construct_event(body, headers["stripe-signature"], "whsec_test")
            expect(event.id.startswith("evt_") and event.data.object, event)
        try:
            stripe.Webhook.construct_event(body, headers["stripe-signature"], "another")
        except stripe.SignatureVerificationError:
            return f"{len({json.loads(body)['id'] for _, body in Receiver.got})} events, each twice"
        raise AssertionError("another secret passed")

    for name in ("charges", "refunds", "payouts", "balance_transactions", "subscriptions", "customers"):
        check(client, name, lambda name=name: listing(name) if name != "refunds" else len(api.refunds.list({"limit": 100}).data))
    for act in (balances, refusals, limits, webhooks):
        check(client, act.__name__, act)


def others(hook):
    """Vendors without a client of their own here: plain HTTP."""
    client = f"requests {requests.__version__}"
    word = WORLD["keywords"][3]

    def counts():
        answer = requests.get(f"{URL}/2/tweets/counts/recent", params={"query": f'"{word}" lang:en', "granularity": "day"}, headers={"Authorization": "Bearer app"}, timeout=30).json()
        expect(sum(one["tweet_count"] for one in answer["data"]) == answer["meta"]["total_tweet_count"] > 0, answer)
        expect(requests.get(f"{URL}/2/tweets/counts/recent", timeout=30).status_code == 401, "without a token")
        return answer["meta"]["total_tweet_count"]

    def tiktok():
        token = requests.post(f"{URL}/v2/oauth/token/", data={"client_key": "k", "client_secret": "s", "grant_type": "client_credentials"}, timeout=30).json()
        today = dt.datetime.now(dt.UTC).date()
        body = {
            "query": {"and": [{"operation": "IN", "field_name": "keyword", "field_values": [word]}]}, "max_count": 50,
            "start_date": f"{today - dt.timedelta(days=10):%Y%m%d}", "end_date": f"{today:%Y%m%d}",
        }
        ids, cursor = [], 0
        while True:
            answer = requests.post(
                f"{URL}/v2/research/video/query/", params={"fields": "id,view_count,create_time"}, json={**body, "cursor": cursor},
                headers={"Authorization": f"Bearer {token['access_token']}"}, timeout=30,
            ).json()
            expect(answer["error"]["code"] == "ok", answer)
            ids += [video["id"] for video in answer["data"]["videos"]]
            cursor = answer["data"]["cursor"]
            if not answer["data"]["has_more"]:
                break
        expect(len(ids) == len(set(ids)) > 50, len(ids))
        return f"{len(ids)} videos"

    def suggestions():
        text = requests.get(f"{URL}/complete/search", params={"client": "firefox", "ds": "yt", "q": word[:3]}, timeout=30).json()
        expect(text[0] == word[:3] and word in text[1], text)
        wrapped = requests.get(f"{URL}/complete/search", params={"client": "youtube", "ds": "yt", "q": word[:3]}, timeout=30).text
        expect(json.loads(wrapped[len("window.google.ac.h(") : -1])[0] == word[:3], wrapped)
        return len(text[1])

    def trends():
        asked = {"comparisonItem": [{"keyword": word, "geo": "US", "time": "today 3-m"}], "category": 0, "property": "youtube"}
        page = requests.get(f"{URL}/trends/api/explore", params={"hl": "en-US", "tz": 0, "req": json.dumps(asked)}, timeout=30).text
        expect(page.startswith(")]}'\n"), page[:20])
        widgets = {widget["id"]: widget for widget in json.loads(page[5:])["widgets"]}

        def data(path, widget):
            params = {"req": json.dumps(widget["request"]), "token": widget["token"], "tz": 0}
            text = requests.get(f"{URL}/trends/api/widgetdata/{path}", params=params, timeout=30).text
            expect(text.startswith(")]}',\n"), text[:20])
            return json.loads(text[6:])["default"]

        line = data("multiline", widgets["TIMESERIES"])["timelineData"]
        expect(max(point["value"][0] for point in line) == 100 and len(line) > 80, len(line))
        related = data("relatedsearches", widgets["RELATED_QUERIES"])["rankedList"]
        return f"{len(line)} points, {len(related[0]['rankedKeyword'])} related"

    def websub():
        Receiver.got.clear()
        topic = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={EARNING['id']}"
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": hook, "hub.secret": "hush", "hub.verify": "sync"}
        expect(requests.post(f"{URL}/subscribe", data=form, timeout=30).status_code == 204, "not verified")
        sent = requests.post(f"{URL}/_emulator/websub/notify", json={"channel_id": EARNING["id"]}, timeout=30).json()
        headers, body = Receiver.got[-1]
        digest = "sha1=" + hmac.new(b"hush", body, hashlib.sha1).hexdigest()
        expect(headers["x-hub-signature"] == digest and b"<yt:videoId>" in body, headers)
        away = {**form, "hub.callback": "http://192.0.2.1/"}
        expect(requests.post(f"{URL}/subscribe", data=away, timeout=30).status_code == 400, "calls others")
        return sent["deliveries"]

    def faults():
        address = f"{URL}/youtube/v3/i18nLanguages?part=snippet&key=faults"
        seen = []
        for kind in ("too-many-requests", "internal", "bad-gateway", "unavailable", "unauthorized", "forbidden", "quota-exceeded", "not-found"):
            requests.post(f"{URL}/_emulator/faults", json={"path": "/youtube", "kind": kind}, timeout=30)
            seen.append(requests.get(address, timeout=30).status_code)
        expect(seen == [429, 500, 502, 503, 401, 403, 403, 404], seen)
        requests.post(f"{URL}/_emulator/faults", json=[{"path": "/youtube", "kind": "broken"}, {"path": "/youtube", "kind": "truncated"}, {"path": "/youtube", "kind": "slow"}], timeout=30)
        for wrong in (requests.exceptions.JSONDecodeError, requests.exceptions.RequestException):
            try:
                requests.get(address, timeout=30).json()
            except wrong:
                continue
            raise AssertionError(f"no {wrong}")
        began = time.monotonic()
        expect(requests.get(address, timeout=30).status_code == 200 and time.monotonic() - began > 1.5, "not slow")
        expect(requests.get(address, timeout=30).status_code == 200, "goes on")
        return seen

    for act in (counts, tiktok, suggestions, trends, websub, faults):
        check(client, act.__name__, act)


def main():
    owner, tokens = connect(EARNING)
    google_data(owner)
    google_analytics(owner)
    google_reporting(owner)
    google_adsense(owner)
    analytix_reports(tokens)
    oauth(owner, tokens)
    python_youtube()
    reddit()
    hook = receiver()
    payments(hook)
    others(hook)
    print(f"{FAILED} failed")
    sys.exit(FAILED > 0)


main()
