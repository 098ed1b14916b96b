"""What all checks of the emulator share: its address, its world, a connected channel, one line per operation."""

import base64
import hashlib
import json
import secrets
import sys
import urllib.parse

import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

URL = sys.argv[1].rstrip("/")
SCOPES = [
    "https://www.googleapis.com/auth/" + name
    for name in (
        "youtube",
        "youtube.readonly",
        "yt-analytics.readonly",
        "yt-analytics-monetary.readonly",
        "adsense.readonly",
    )
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
        "client_id": "clients-test",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "login_hint": channel["id"],
    }
    page = requests.get(f"{URL}/o/oauth2/v2/auth", params=asked, allow_redirects=False, timeout=30)
    back = urllib.parse.parse_qs(urllib.parse.urlparse(page.headers["location"]).query)
    expect(page.status_code == 302 and back["state"] == [state], page.text)
    redeemed = {
        "grant_type": "authorization_code",
        "code": back["code"][0],
        "client_id": "clients-test",
        "client_secret": "s",
        "redirect_uri": REDIRECT,
        "code_verifier": "wrong",
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
        tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        token_uri=f"{URL}/token",
        client_id="clients-test",
        client_secret="s",
        scopes=SCOPES,
    ), tokens


def service(name, version, **how):
    """A service of google-api-python-client from its own copy of the discovery document."""
    return build(
        name, version, static_discovery=True, cache_discovery=False, client_options={"api_endpoint": URL + "/"}, **how
    )
