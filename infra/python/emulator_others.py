"""praw, stripe and, for vendors whose clients are not here, plain HTTP against the emulator."""

import datetime as dt
import hashlib
import hmac
import http.server
import json
import threading
import time
import typing
import urllib.parse

import praw
import requests
import stripe

from emulator_checks import EARNING, URL, WORLD, check, expect


def reddit():
    client = f"praw {praw.__version__}"
    how = {
        "client_id": "app",
        "client_secret": "s",
        "user_agent": "ytempire-tests/1.0",
        "reddit_url": URL,
        "oauth_url": URL,
        "check_for_updates": False,
    }
    api = praw.Reddit(**how)
    niche = WORLD["channels"][0]["niche"]

    def listing(order):
        posts = list(getattr(api.subreddit(niche), order)(limit=150))
        expect(len({post.id for post in posts}) == len(posts) > (0 if order == "rising" else 5), f"{len(posts)} posts")
        expect(
            all(post.subreddit.display_name == niche and post.title and post.created_utc > 0 for post in posts),
            "a post",
        )
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
        expect(
            again.title == post.title and len(again.comments.list()) == min(post.num_comments, 200), post.num_comments
        )
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

    got: typing.ClassVar[list] = []

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
        expect(
            all(charges[one.source].amount == one.amount and one.net == one.amount - one.fee for one in transactions),
            "a transaction",
        )
        expanded = api.charges.list({"limit": 2, "expand": ["data.balance_transaction"]}).data[0]
        expect(expanded.balance_transaction.source == expanded.id, expanded.id)
        return len(transactions)

    def refusals():
        for act, kind, code in (
            (lambda: api.charges.retrieve("ch_nothing"), stripe.InvalidRequestError, "resource_missing"),
            (lambda: api.charges.list({"limit": 101}), stripe.InvalidRequestError, "parameter_invalid"),
            (
                lambda: api.charges.list({"starting_after": "ch_nothing"}),
                stripe.InvalidRequestError,
                "resource_missing",
            ),
            (
                lambda: stripe.StripeClient("nonsense", base_addresses={"api": URL}).v1.charges.list(),
                stripe.AuthenticationError,
                None,
            ),
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
        check(
            client,
            name,
            lambda name=name: listing(name) if name != "refunds" else len(api.refunds.list({"limit": 100}).data),
        )
    for act in (balances, refusals, limits, webhooks):
        check(client, act.__name__, act)


def others(hook):
    """Vendors without a client of their own here: plain HTTP."""
    client = f"requests {requests.__version__}"
    word = WORLD["keywords"][3]

    def counts():
        answer = requests.get(
            f"{URL}/2/tweets/counts/recent",
            params={"query": f'"{word}" lang:en', "granularity": "day"},
            headers={"Authorization": "Bearer app"},
            timeout=30,
        ).json()
        expect(sum(one["tweet_count"] for one in answer["data"]) == answer["meta"]["total_tweet_count"] > 0, answer)
        expect(requests.get(f"{URL}/2/tweets/counts/recent", timeout=30).status_code == 401, "without a token")
        return answer["meta"]["total_tweet_count"]

    def tiktok():
        token = requests.post(
            f"{URL}/v2/oauth/token/",
            data={"client_key": "k", "client_secret": "s", "grant_type": "client_credentials"},
            timeout=30,
        ).json()
        today = dt.datetime.now(dt.UTC).date()
        body = {
            "query": {"and": [{"operation": "IN", "field_name": "keyword", "field_values": [word]}]},
            "max_count": 50,
            "start_date": f"{today - dt.timedelta(days=10):%Y%m%d}",
            "end_date": f"{today:%Y%m%d}",
        }
        ids, cursor = [], 0
        while True:
            answer = requests.post(
                f"{URL}/v2/research/video/query/",
                params={"fields": "id,view_count,create_time"},
                json={**body, "cursor": cursor},
                headers={"Authorization": f"Bearer {token['access_token']}"},
                timeout=30,
            ).json()
            expect(answer["error"]["code"] == "ok", answer)
            ids += [video["id"] for video in answer["data"]["videos"]]
            cursor = answer["data"]["cursor"]
            if not answer["data"]["has_more"]:
                break
        expect(len(ids) == len(set(ids)) > 50, len(ids))
        return f"{len(ids)} videos"

    def suggestions():
        text = requests.get(
            f"{URL}/complete/search", params={"client": "firefox", "ds": "yt", "q": word[:3]}, timeout=30
        ).json()
        expect(text[0] == word[:3] and word in text[1], text)
        wrapped = requests.get(
            f"{URL}/complete/search", params={"client": "youtube", "ds": "yt", "q": word[:3]}, timeout=30
        ).text
        expect(json.loads(wrapped[len("window.google.ac.h(") : -1])[0] == word[:3], wrapped)
        return len(text[1])

    def trends():
        asked = {
            "comparisonItem": [{"keyword": word, "geo": "US", "time": "today 3-m"}],
            "category": 0,
            "property": "youtube",
        }
        page = requests.get(
            f"{URL}/trends/api/explore", params={"hl": "en-US", "tz": 0, "req": json.dumps(asked)}, timeout=30
        ).text
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
        form = {
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.callback": hook,
            "hub.secret": "hush",
            "hub.verify": "sync",
        }
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
        for kind in (
            "too-many-requests",
            "internal",
            "bad-gateway",
            "unavailable",
            "unauthorized",
            "forbidden",
            "quota-exceeded",
            "not-found",
        ):
            requests.post(f"{URL}/_emulator/faults", json={"path": "/youtube", "kind": kind}, timeout=30)
            seen.append(requests.get(address, timeout=30).status_code)
        expect(seen == [429, 500, 502, 503, 401, 403, 403, 404], seen)
        requests.post(
            f"{URL}/_emulator/faults",
            json=[
                {"path": "/youtube", "kind": "broken"},
                {"path": "/youtube", "kind": "truncated"},
                {"path": "/youtube", "kind": "slow"},
            ],
            timeout=30,
        )
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
