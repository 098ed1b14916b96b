"""google-api-python-client and google-auth against the emulator."""

import csv
import datetime as dt
import io
import re

import requests
from google.auth.transport.requests import Request
from googleapiclient.http import MediaIoBaseDownload

from emulator_checks import EARNING, POOR, URL, WORLD, check, connect, expect, refused, service, stranger


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
        ids, request, pages = (
            [],
            api.playlistItems().list(part="snippet,contentDetails,status", playlistId=known["uploads"], maxResults=50),
            0,
        )
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
        some = (
            api.videos().list(part="snippet", chart="mostPopular", regionCode="GB", videoCategoryId=category).execute()
        )
        expect(all(item["snippet"]["categoryId"] == category for item in some["items"]), "another category")
        refused(
            lambda: api.videos().list(part="id", chart="mostPopular", videoCategoryId="99").execute(),
            404,
            "videoChartNotFound",
        )
        return f"{answer['pageInfo']['totalResults']} places"

    def search():
        after = (dt.datetime.now(dt.UTC) - dt.timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = (
            api.search()
            .list(
                part="snippet", channelId=EARNING["id"], type="video", order="date", publishedAfter=after, maxResults=25
            )
            .execute()
        )
        times = [item["snippet"]["publishedAt"] for item in found["items"]]
        expect(times and times == sorted(times, reverse=True) and times[-1] >= after, times)
        word = WORLD["keywords"][0].split()[0]
        texts = api.search().list(part="snippet", q=word, type="video", maxResults=5).execute()["items"]
        expect(all(item["id"]["kind"] == "youtube#video" for item in texts), texts)
        refused(
            lambda: api.search().list(part="snippet", publishedAfter="yesterday").execute(), 400, "invalidParameter"
        )
        return len(times)

    def comments():
        threads = (
            api.commentThreads()
            .list(part="id,snippet,replies", videoId=known["video"], maxResults=100, textFormat="plainText")
            .execute()
        )
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
        answer = (
            api.videos().list(part="snippet,statistics", id=known["ids"][0], fields="items(id,snippet/title)").execute()
        )
        expect(set(answer) == {"items"} and set(answer["items"][0]) == {"id", "snippet"}, answer)
        expect(set(answer["items"][0]["snippet"]) == {"title"}, answer)
        return refused(
            lambda: api.videos().list(part="id", id=known["ids"][0], fields="nonsense").execute(),
            400,
            "invalidParameter",
        )

    def etags():
        address = f"{URL}/youtube/v3/i18nLanguages?part=snippet&key=etags"
        first = requests.get(address, timeout=30)
        again = requests.get(address, headers={"If-None-Match": first.headers["etag"]}, timeout=30)
        expect(
            first.json()["etag"] == first.headers["etag"].strip('"') and again.status_code == 304 and not again.content,
            again.status_code,
        )
        return "304"

    def mistakes():
        refused(lambda: api.videos().list(part="nonsense", id="x").execute(), 400, "unknownPart")
        refused(lambda: api.videos().list(part="id").execute(), 400, "missingRequiredParameter")
        refused(lambda: api.channels().list(part="id", mine=True).execute(), 401)
        refused(
            lambda: api.playlistItems().list(part="id", playlistId="UU" + "x" * 22).execute(), 404, "playlistNotFound"
        )
        refused(
            lambda: api.playlistItems().list(part="id", playlistId=known["uploads"], pageToken="AAAA").execute(),
            400,
            "invalidPageToken",
        )
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
        answer = (
            api.reports()
            .query(**span, metrics="views,engagedViews,estimatedMinutesWatched,likes", dimensions="day", sort="day")
            .execute()
        )
        days = [row[0] for row in answer["rows"]]
        late = today - dt.date.fromisoformat(days[-1])
        expect(dt.timedelta(days=3) <= late <= dt.timedelta(days=4), f"the last day is {days[-1]}")
        expect([header["name"] for header in answer["columnHeaders"]][:2] == ["day", "views"], answer["columnHeaders"])
        expect(all(row[2] <= row[1] for row in answer["rows"]), "more engaged views than views")
        return f"{len(days)} days, the last is {days[-1]}"

    def adds_up():
        total = api.reports().query(**span, metrics="views").execute()["rows"][0][0]
        for dimension in (
            "country",
            "insightTrafficSourceType",
            "deviceType",
            "operatingSystem",
            "subscribedStatus",
            "month",
        ):
            rows = api.reports().query(**span, metrics="views", dimensions=dimension).execute()["rows"]
            expect(sum(row[1] for row in rows) == total, f"{dimension}: {rows}")
        return f"{total} views by six dimensions"

    def by_video():
        refused(lambda: api.reports().query(**span, metrics="views", dimensions="video").execute(), 400, "badRequest")
        rows = (
            api.reports()
            .query(**span, metrics="views,averageViewPercentage", dimensions="video", sort="-views", maxResults=10)
            .execute()["rows"]
        )
        views = [row[1] for row in rows]
        expect(views == sorted(views, reverse=True) and len(views) == 10, rows)
        one = api.reports().query(**span, metrics="views", filters=f"video=={rows[0][0]}").execute()["rows"]
        expect(one[0][0] == views[0], one)
        curve = (
            api.reports()
            .query(
                **span, metrics="audienceWatchRatio", dimensions="elapsedVideoTimeRatio", filters=f"video=={rows[0][0]}"
            )
            .execute()
        )
        expect(len(curve["rows"]) == 100, len(curve["rows"]))
        return views[0]

    def demographics():
        rows = api.reports().query(**span, metrics="viewerPercentage", dimensions="ageGroup,gender").execute()["rows"]
        expect(99 < sum(row[2] for row in rows) < 101, rows)
        return len(rows)

    def revenue():
        rows = (
            api.reports()
            .query(**span, metrics="estimatedRevenue,cpm,monetizedPlaybacks", dimensions="day")
            .execute()["rows"]
        )
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
        return refused(
            lambda: api.reports().query(**{**span, "ids": f"channel=={other}"}, metrics="views").execute(), 403
        )

    for act in (by_day, adds_up, by_video, demographics, revenue, mistakes):
        check(client, f"analytics {act.__name__}", act)


def google_reporting(owner):
    client = "google-api-python-client"
    api = service("youtubereporting", "v1", credentials=owner)
    columns = {
        "channel_basic_a3": "date,channel_id,video_id,live_or_on_demand,subscribed_status,country_code",
        "channel_reach_basic_a1": "date,channel_id,video_id,video_thumbnail_impressions",
        "channel_reach_combined_a1": "date,channel_id,video_id,traffic_source_type,traffic_source_detail",
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
        answer = (
            api.accounts()
            .reports()
            .generate(
                account=account,
                dateRange="LAST_30_DAYS",
                dimensions=["DATE"],
                metrics=["ESTIMATED_EARNINGS", "IMPRESSIONS", "CLICKS"],
                orderBy=["+DATE"],
            )
            .execute()
        )
        cents = [round(float(row["cells"][1]["value"]) * 100) for row in answer["rows"]]
        total = round(float(answer["totals"]["cells"][1]["value"]) * 100)
        expect(sum(cents) == total and int(answer["totalMatchedRows"]) == len(cents) >= 28, answer["totals"])
        refused(
            lambda: (
                api.accounts()
                .reports()
                .generate(account=account, dateRange="LAST_7_DAYS", metrics=["ACTIVE_VIEW_TIME"])
                .execute()
            ),
            400,
        )
        return f"{len(cents)} days, {total / 100:.2f} USD"

    check(client, "adsense accounts", accounts)
    check(client, "adsense report", report)


def oauth(owner, tokens):
    client = "google-auth"

    def rotation():
        before = owner.refresh_token
        owner.refresh(Request())
        expect(owner.refresh_token != before, "the same refresh token")
        expect(
            service("youtube", "v3", credentials=owner).channels().list(part="id", mine=True).execute()["items"],
            "no channel",
        )

    def revoking():
        gone, given = connect(EARNING)
        expect(
            requests.post(f"{URL}/revoke", data={"token": given["refresh_token"]}, timeout=30).status_code == 200,
            "not revoked",
        )
        answer = requests.post(
            f"{URL}/token",
            data={"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": "clients-test"},
            timeout=30,
        )
        expect(answer.json()["error"] == "invalid_grant", answer.text)
        return stranger(gone.token)

    check(client, "refresh token rotation", rotation)
    check(client, "revoke", revoking)
