# Uploads that YouTube's hub tells of, against the emulated hub. Sourced by run.sh.
# shellcheck shell=bash

test_websub() {
    section "the hub tells of uploads"
    start_emulator --seed 5 || return 0
    local port channel
    port=$(free_port)
    DATA=$WORK/websub
    channel=$(curl --silent --max-time 30 "$EMULATOR_URL/_emulator/world" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["channels"][0]["id"])')
    cat >"$WORK/ytempire.toml" <<T
[sources.youtube]
base_url = "$EMULATOR_URL/"
api_key = "key"
[sources.websub]
base_url = "$EMULATOR_URL/"
callback = "http://127.0.0.1:$port"
channels = ["$channel"]
T
    pushd "$WORK" >/dev/null || return 0
    if UP_HTTP=127.0.0.1:$port start_up --no-simulate; then
        comes_true "the hub verifies" is_verified
        curl --silent --max-time 30 --header 'content-type: application/json' --data "{\"channel_id\": \"$channel\"}" \
            --output "$OUT" "$EMULATOR_URL/_emulator/websub/notify" 2>"$ERR" || true
        equals "a delivery is acknowledged" "$(json 'd["deliveries"][0]["status"]')" 202
        comes_true "the video can be queried soon" video_is_there
        CODE=$(curl --silent --max-time 30 --output "$OUT" --write-out '%{http_code}' --data "<feed/>" \
            "http://127.0.0.1:$port/webhooks/youtube/$channel/guessed" 2>"$ERR") || true
        equals "an address that was guessed is none" "$CODE" 404
        signal_up TERM
        ends_with 0 "SIGTERM ends it in order"
    fi
    sed -i 's/^callback.*//' "$WORK/ytempire.toml"
    ytempire ingest run --once
    ends_with 2 "without a callback it says what is missing"
    says "callback" "by name"
    popd >/dev/null || return 0
    rm -f "$WORK/ytempire.toml"
    stop_emulator TERM
}

# comes_true NAME CHECK: within half a minute.
comes_true() {
    if until_true 30 "$2"; then passed "$1"; else failed "$1" "$(head -c 2000 "$OUT" "$ERR")"; fi
}

is_verified() {
    ytempire ingest status --json
    [ "$(json '[bool(t["cursor"]) or t["error"] is None for s in d if s["source"] == "websub" for t in s["targets"] if t["state"] == "ok"]')" = "[True]" ]
}

video_is_there() {
    ytempire sql --json "SELECT count(*) AS n FROM bronze.youtube_video_snapshots WHERE _source = '/ingest/youtube'"
    [ "$(json 'd[0]["n"]')" = 1 ]
}
