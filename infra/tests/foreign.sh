# Records of producers that are not ours: their ids are not believed, and what can't be read is kept and can be sent again.
# Sourced by run.sh.
# shellcheck shell=bash

all_foreign_are_read() {
    ytempire sql --json "SELECT count(*) AS n FROM bronze.youtube_video_snapshots"
    [ "$(json 'd[0]["n"]')" = 8 ]
}

# What can't be used is counted; what is dated 1970 did not take 50 years.
records_of_long_ago() {
    local before
    before=$(rejected_in_all)
    succeeds "a record is sent that is dated 1970" "$PYTHON" -c 'import sys
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": sys.argv[1]})
producer.produce(sys.argv[2], b"{", key=b"key", partition=0, timestamp=1)
assert producer.flush(30) == 0' "$(run_file kafka_brokers)" "$VIDEO_TOPIC"
    until_true 30 one_more_is_rejected || failed "the metrics count what is rejected" "$before before, $(rejected_in_all) now"
    until_true 30 a_delay_is_unknown || failed "the metrics don't know how long it took" "$(grep ^pipeline_queryable "$OUT")"
    ytempire lag --json
    equals "no record took an hour to become queryable" "$(json 'max(r["queryable_ms"] or 0 for r in d) < 3_600_000')" True
    http /metrics
    equals "nor by the metrics" "$(awk '/^pipeline_queryable_seconds/ && $NF != "NaN" && $NF + 0 > 3600' "$OUT")" ""
}

a_delay_is_unknown() {
    http /metrics
    grep --quiet "^pipeline_queryable_seconds.* NaN" "$OUT"
}

one_more_is_rejected() { [ "$(rejected_in_all)" = $((before + 1)) ]; }

rejected_in_all() {
    http /metrics
    awk '/^pipeline_rejected_records_total/ {sum += $NF} END {print sum + 0}' "$OUT"
}

test_foreign_producers() {
    section "records of other producers"
    DATA=$WORK/foreign
    start_up --no-simulate || return 0
    succeeds "records are sent" "$PYTHON" "$CHECKS/produce_foreign.py" "$(run_file kafka_brokers)"
    until_true 30 all_foreign_are_read || failed "they are read in 30 s" "$(tail -n 3 "$OUT")"
    ytempire --quiet verify
    ends_with 0 "topics, lake and views agree"
    ytempire sql --json "SELECT video_id, views FROM bronze.youtube_video_snapshots WHERE _verdict = 'accepted' ORDER BY views"
    equals "what has one id and differs is all there; what is the same is there once" \
        "$(json '[r["views"] for r in d]')" "[17, 1000, 1001, 1002, 1003, 2000]"
    ytempire dead-letters list --json
    equals "two are dead letters" "$(json 'len(d)')" 2
    equals "with their reasons" \
        "$(json 'sorted("1970" in r["reason"] or "key must be a string" in r["reason"] for r in d)')" "[True, True]"
    succeeds "Python's deltalake reads the table, though an event is of the year 0" \
        "$PYTHON" "$CHECKS/count_delta.py" "$DATA/lake/bronze/youtube_video_snapshots" 6
    ytempire dead-letters replay --all --json
    ends_with 3 "they are sent again, and refused again"
    equals "both of them" "$(json 'd["sent"], d["rejected_again"]')" "(2, 2)"
    ytempire dead-letters list --json
    equals "under the ids that they had" "$(json 'len(d)')" 2
    ytempire --quiet verify
    ends_with 0 "and all agree still"
    http /v1/pipelines
    equals "a partition that nothing came to has no event time" \
        "$(json '{(p["event_time"], p["committed_at"]) for p in d["data"]["pipelines"] if p["position"] == 0}')" "{(None, None)}"
    records_of_long_ago
    signal_up INT
}
