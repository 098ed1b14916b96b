# What a burst takes of memory goes back, and small batches take little. Sourced by run.sh.
# shellcheck shell=bash

BURST=20000
# As in any heap, what is free is not at once the system's; what is not given back within this time is kept.
GIVEN_BACK_WITHIN=20
# Of the whole process, after a burst and at its highest. With glibc's heap 339 MB were kept, so the first tells the two apart; the second
# only guards against batches that are not bounded.
MOST_KEPT_MB=250
MOST_AT_ONCE_MB=550

test_memory() {
    section "memory of a burst"
    DATA=$WORK/memory
    printf '[pipelines]\nmax_rows = 2000\nmax_bytes = 2000000\nknown_ids = 20000\n' >"$WORK/ytempire.toml"
    KAFKA_PORT=$(free_port)
    start_kafka || return 0
    pushd "$WORK" >/dev/null || return 0
    # a backlog fills every batch
    ytempire doctor
    succeeds "a burst is sent" "$PYTHON" "$CHECKS/send_burst.py" "$KAFKA_BROKERS" "$BURST"
    if start_up --no-simulate; then
        watch_memory &
        local watching=$!
        STARTED+=("$watching")
        until_true 300 all_is_read || failed "a burst of $BURST records is read within 300 s" "$(cat "$OUT")"
        until_true "$GIVEN_BACK_WITHIN" keeps_little || failed "memory of a burst is given back" "$(anonymous_mb) MB are kept"
        kill "$watching" 2>/dev/null || true
        equals "at its highest it is under $MOST_AT_ONCE_MB MB" "$(($(cat "$WORK/highest") < MOST_AT_ONCE_MB))" 1
        echo "      $(cat "$WORK/highest") MB at its highest, $(anonymous_mb) MB afterwards"
        signal_up INT
    fi
    popd >/dev/null || return 0
    rm -f "$WORK/ytempire.toml"
    stop_kafka
    unset KAFKA_BROKERS
}

all_is_read() {
    ytempire doctor --json
    grep --quiet '"0 records behind' "$OUT"
}

anonymous_mb() { awk '/^RssAnon/ { print int($2 / 1024) }' "/proc/$UP/status"; }
keeps_little() { [ "$(anonymous_mb)" -lt "$MOST_KEPT_MB" ]; }

watch_memory() {
    local highest=0 now
    while ! gone "$UP"; do
        now=$(anonymous_mb)
        [ "${now:-0}" -le "$highest" ] || highest=$now
        echo "$highest" >"$WORK/highest"
        sleep 0.1
    done
}
