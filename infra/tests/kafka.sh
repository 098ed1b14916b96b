# The same ingest over a real Apache Kafka instead of the embedded broker. Sourced by run.sh.
# shellcheck shell=bash

test_real_kafka() {
    section "Apache Kafka"
    DATA=$WORK/kafka
    KAFKA_PORT=$(free_port)
    if start_kafka; then
        ingest_over_kafka
        lag_of_others
        retention_over_kafka
        kafka_stops_in_the_middle
    fi
    stop_kafka
    unset KAFKA_BROKERS
}

# The next broker begins with an empty folder.
stop_kafka() {
    kill "$KAFKA" 2>/dev/null || true
    until_true 30 gone "$KAFKA" || kill -9 "$KAFKA" 2>/dev/null || true
    wait "$KAFKA" 2>/dev/null || true
    rm -rf "$WORK/broker"
}

# Sets KAFKA, its process.
start_kafka() {
    "$INFRA/kafka/start.sh" "$WORK/broker" "$KAFKA_PORT" >"$WORK/kafka.log" 2>&1 </dev/null &
    KAFKA=$!
    STARTED+=("$KAFKA")
    export KAFKA_BROKERS=127.0.0.1:$KAFKA_PORT
    until_true 120 answers "$KAFKA_BROKERS" && return
    failed "Kafka answers within 120 s" "$(tail -n 20 "$WORK/kafka.log")"
    return 1
}

# The broker is killed under a running platform and an ingest, and comes back.
kafka_stops_in_the_middle() {
    local ingest watching watching_late watched
    DATA=$WORK/kafka-outage
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/outage" 400 2
    exports_of "$WORK/outage" OUTAGE_FILES
    start_up --no-simulate || return 0
    "$BIN" lag --json --watch --brokers "$KAFKA_BROKERS" >"$WORK/watched" 2>"$WORK/watched.err" </dev/null &
    watching=$!
    STARTED+=("$watching")
    until_true 60 [ -s "$WORK/watched" ] || failed "lag --watch shows a line"
    "$BIN" --data-dir "$DATA" --quiet ingest trending "${OUTAGE_FILES[@]}" >"$OUT" 2>"$ERR" </dev/null &
    ingest=$!
    STARTED+=("$ingest")
    kill -9 "$KAFKA"
    wait "$KAFKA" 2>/dev/null || true
    until_true 60 grep --quiet "looking again" "$WORK/watched.err" || failed "lag --watch says that the brokers are away"
    watched=$(wc -l <"$WORK/watched")
    "$BIN" lag --json --watch --brokers "$KAFKA_BROKERS" >"$WORK/watched.late" 2>"$WORK/watched.late.err" </dev/null &
    watching_late=$!
    STARTED+=("$watching_late")
    until_true 60 grep --quiet "looking again" "$WORK/watched.late.err" || failed "lag --watch begins while brokers are away"
    start_kafka || return 0
    until_true 60 [ -s "$WORK/watched.late" ] || failed "lag --watch that began without brokers shows a line when they are there"
    kill -INT "$watching_late"
    until_true 60 more_is_watched || failed "lag --watch goes on when they are back" "$(tail -n 5 "$WORK/watched.err")"
    kill -INT "$watching"
    until_true 10 gone "$watching" || failed "Ctrl-C ends lag --watch"
    until_true 120 gone "$ingest" || kill -9 "$ingest"
    ytempire --quiet ingest trending "${OUTAGE_FILES[@]}"
    ends_with "$ROWS_REJECTED" "an ingest after the broker came back"
    ytempire verify
    ends_with 0 "verify agrees after a broker outage"
    signal_up INT
}

more_is_watched() { [ "$(wc -l <"$WORK/watched")" -gt $((watched + 2)) ]; }

# Kafka takes records off a topic that is compacted only where its policy says delete, too.
retention_over_kafka() {
    start_emulator --seed 6 --channels 3 || return 0
    printf '[sources.youtube]\nbase_url = "%s/"\napi_key = "key"\nchannels = ["%s"]\ncategories = ["US"]\n' "$EMULATOR_URL" \
        "$(curl --silent --max-time 30 "$EMULATOR_URL/_emulator/world" |
            "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["channels"][0]["id"])')" >"$WORK/ytempire.toml"
    pushd "$WORK" >/dev/null || return 0
    ytempire --quiet ingest run --once
    ends_with 0 "a channel by the API"
    ytempire retention --days 0 --json
    ends_with 0 "what the API told goes"
    equals "from every topic" "$(json 'd["notes"]')" "[]"
    ytempire sql --json "SELECT count(*) AS n FROM bronze.youtube_categories WHERE _source_class = 'youtube-api'"
    equals "and from the lake" "$(json 'd[0]["n"]')" 0
    ytempire verify
    ends_with 0 "verify agrees after it"
    popd >/dev/null || return 0
    rm -f "$WORK/ytempire.toml"
    stop_emulator TERM
}

lag_of_others() {
    succeeds "lag tells of groups that are not ours" "$PYTHON" "$CHECKS/check_lag.py" "$BIN" "$KAFKA_BROKERS"
    ytempire lag --json
    equals "and of ours, by what the sinks have stored" \
        "$(json '{r["behind"] for r in d if r["group"].startswith("bronze.") or r["group"] == "views"}')" "{0}"
}

ingest_over_kafka() {
    ytempire --json ingest trending "${SMALL_FILES[@]}"
    ends_with "$ROWS_REJECTED" "ingest"
    cp "$OUT" "$WORK/kafka.json"
    succeeds "its summary is true" "$PYTHON" "$CHECKS/check_summary.py" "$WORK/kafka.json" "$SMALL" first
    ytempire ingest trending "${SMALL_FILES[@]}" --json
    cp "$OUT" "$WORK/kafka.json"
    succeeds "the second time nothing is new" "$PYTHON" "$CHECKS/check_summary.py" "$WORK/kafka.json" "$SMALL" again
    succeeds "bronze is what the files say" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$SMALL"
    succeeds "confluent-kafka reads the topic" "$PYTHON" "$CHECKS/read_topic.py" "$KAFKA_BROKERS" "$VIDEO_TOPIC" 1000
    ytempire verify
    ends_with 0 "verify agrees"
}

# answers BROKERS
answers() {
    timeout 10 "$PYTHON" -c 'import sys; from confluent_kafka.admin import AdminClient
AdminClient({"bootstrap.servers": sys.argv[1], "log_level": 0}).list_topics(timeout=5)' "$1"
}
