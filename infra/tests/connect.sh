# Connecting a channel by OAuth, against the emulated Google, and what is read of it. Sourced by run.sh.
# shellcheck shell=bash

# What must not be seen anywhere but in the request that needs it.
PLANTED=planted-client-secret-9f3b

test_connect() {
    section "a channel is connected"
    start_emulator --seed 5 || return 0
    DATA=$WORK/connect
    export YOUTUBE_CLIENT_ID=our-client YOUTUBE_CLIENT_SECRET=$PLANTED STRIPE_WEBHOOK_SECRET=$PLANTED-hook
    cat >"$WORK/ytempire.toml" <<T
[oauth]
auth_url = "$EMULATOR_URL/o/oauth2/v2/auth"
token_url = "$EMULATOR_URL/token"
revoke_url = "$EMULATOR_URL/revoke"
youtube_url = "$EMULATOR_URL/"
[sources.youtube]
base_url = "$EMULATOR_URL/"
[sources.analytics]
base_url = "$EMULATOR_URL/"
reports = ["basic"]
[sources.stripe]
channel = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
T
    pushd "$WORK" >/dev/null || return 0
    if start_up --no-simulate; then
        test_connect_flow
        test_stripe_webhooks
        test_connect_revoked
        signal_up TERM
        ends_with 0 "SIGTERM ends it in order"
        cp "$ERR" "$WORK/connect.log"
        test_connect_secrets
    fi
    popd >/dev/null || return 0
    unset YOUTUBE_CLIENT_ID YOUTUBE_CLIENT_SECRET STRIPE_WEBHOOK_SECRET
    stop_emulator TERM
}

# browse PATH: a browser that keeps its cookies and follows redirects.
browse() {
    CODE=$(curl --silent --show-error --location --max-time 30 --cookie "$WORK/jar" --cookie-jar "$WORK/jar" \
        --output "$OUT" --write-out '%{http_code}' "$URL$1" 2>"$ERR") || true
}

test_connect_flow() {
    CODE=$(curl --silent --max-time 30 --output "$OUT" --write-out '%{http_code}' \
        "$URL/auth/youtube/callback?state=forged&code=forged" 2>"$ERR") || true
    equals "an answer nobody asked for is refused" "$CODE" 400
    CODE=$(curl --silent --max-time 30 --header 'Host: evil.example' --output "$OUT" --write-out '%{http_code}' \
        "$URL/auth/youtube/connect" 2>"$ERR") || true
    equals "only a browser on this machine connects" "$CODE" 403
    "$BIN" --data-dir "$DATA" --json channels connect >"$WORK/connected.json" 2>"$WORK/connected.log" </dev/null &
    local waiting=$!
    STARTED+=("$waiting")
    until_true 20 grep -q auth/youtube/connect "$WORK/connected.log"
    browse /auth/youtube/connect
    equals "the owner comes back connected" "$CODE" 200
    says "is connected" "the page says so"
    if until_true 20 gone "$waiting"; then passed "the command that waited ends"; else failed "the command that waited ends"; fi
    equals "it says how the channel stands" "$(json "d['state']" "$WORK/connected.json")" connected
    CHANNEL=$(json "d['channel']" "$WORK/connected.json")
    if until_true 90 is_read; then passed "its uploads and reports are read"; else
        ytempire ingest status
        failed "its uploads and reports are read" "$(cat "$OUT" "$ERR")"
    fi
}

# Both sources have been read, and the rows can be queried.
is_read() {
    ytempire --json sql "SELECT (SELECT count(*) FROM bronze.youtube_analytics WHERE channel_id = '$CHANNEL') AS days,
        (SELECT count(*) FROM bronze.youtube_video_snapshots WHERE channel_id = '$CHANNEL') AS videos"
    [ "$CODE" = 0 ] && [ "$(json "d[0]['days'] > 20 and d[0]['videos'] > 0")" = True ]
}

# What Stripe tells by itself is in the lake once it is acknowledged; a forged delivery is not.
test_stripe_webhooks() {
    CODE=$(curl --silent --max-time 30 --output "$OUT" --write-out '%{http_code}' --header 'Stripe-Signature: t=1,v1=00' \
        --data '{}' "$URL/webhooks/stripe" 2>"$ERR") || true
    equals "a forged delivery is refused" "$CODE" 400
    local order="{\"url\": \"$URL/webhooks/stripe\", \"secret\": \"$PLANTED-hook\", \"count\": 20, \"times\": 2}"
    curl --silent --max-time 60 --output "$OUT" --header 'Content-Type: application/json' --data "$order" \
        "$EMULATOR_URL/_emulator/stripe/webhooks" 2>"$ERR" || true
    equals "every delivery is acknowledged" "$(json "{one['status'] for one in d['deliveries']}")" "{200}"
    if until_true 30 is_told; then passed "what was told can be queried, once"; else
        failed "what was told can be queried, once" "$(cat "$OUT" "$ERR")"
    fi
}

is_told() {
    ytempire --json sql "SELECT count(*) AS n, count(DISTINCT _event_id) AS ids FROM bronze.revenue_records WHERE source = 'stripe'"
    [ "$CODE" = 0 ] && [ "$(json "d[0]['n'] > 3 and d[0]['n'] == d[0]['ids']")" = True ]
}

# An emulator that was started anew knows no grant: Google takes the tokens no longer.
test_connect_revoked() {
    local port=${EMULATOR_URL##*:}
    stop_emulator TERM
    "$BIN" --http "127.0.0.1:$port" emulator --seed 5 >"$WORK/emulator.out" 2>"$WORK/emulator.log" </dev/null &
    EMULATOR=$!
    STARTED+=("$EMULATOR")
    until_true 60 grep -q '^http' "$WORK/emulator.out"
    ytempire ingest analytics
    ytempire --json channels list
    equals "a revoked connection is a state of the channel" "$(json "d[0]['state']")" revoked
    http /v1/sources
    equals "the dashboard can see it" "$(json "d['data']['connections'][0]['state']")" revoked
    ytempire --json sql "SELECT count(*) AS told FROM bronze.platform_alerts WHERE kind = 'credential' AND subject = '$CHANNEL'"
    equals "an alert tells of it" "$(json "d[0]['told']")" 1
    browse /auth/youtube/connect
    ytempire --json channels list
    equals "connected again, it goes on" "$(json "d[0]['state']")" connected
    ytempire channels disconnect "$CHANNEL"
    ends_with 0 "it can be disconnected"
    ytempire --json channels list
    equals "and is then" "$(json "d[0]['state']")" disconnected
}

# The client's secret and the vendor's tokens are in no file, log or setting, but for the key file's own.
test_connect_secrets() {
    ytempire config show
    cp "$OUT" "$WORK/connect.config"
    local word found
    for word in "$PLANTED" 'ya29\.' '1//0'; do
        found=$(grep -rlae "$word" "$DATA" "$WORK/connect.config" "$WORK/connect.log" "$WORK/connected.json" \
            "$WORK/connected.log" 2>/dev/null | head -n 3 || true)
        equals "$word is nowhere" "$found" ""
    done
}
