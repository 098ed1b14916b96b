# Several `ytempire stream` processes on one Apache Kafka, one Postgres and one lake. Sourced by run.sh.
# shellcheck shell=bash

test_scale_out() {
    section "several stream processes"
    DATA=$WORK/parts
    start_up --no-simulate || return 0
    local lender=$UP database
    database=$(run_file database_url)
    succeeds "a database is made" "$POSTGRES/bin/psql" "$database" --quiet --command "CREATE DATABASE shared"
    KAFKA_PORT=$(free_port)
    DATA=$WORK/shared
    start_kafka || return 0
    export DATABASE_URL=${database%/*}/shared LAKE_URL=$WORK/shared-lake
    STREAMS=()
    start_stream && start_stream && start_stream && share_the_work
    local one
    for one in "${STREAMS[@]}"; do end_stream "$one" TERM; done
    ytempire verify
    ends_with 0 "topics, lake and views agree"
    succeeds "nothing is lost, nothing doubled" "$PYTHON" "$CHECKS/check_bronze.py" "$LAKE_URL" "$WORK/shares"
    stop_kafka
    unset DATABASE_URL LAKE_URL KAFKA_BROKERS
    UP=$lender
    DATA=$WORK/parts
    signal_up INT
}

# start_stream [FAULT]: one more process; waits until it is ready. Appends to STREAMS.
start_stream() {
    local number=${#STREAMS[@]}
    FAILPOINTS=${1:-} "$BIN" --data-dir "$WORK/stream-$number" --quiet stream >"$WORK/stream-$number.out" 2>"$WORK/stream-$number.log" </dev/null &
    STREAMS+=("$!")
    STARTED+=("$!")
    [ -z "${1:-}" ] || return 0
    if until_true 60 stream_is_ready "$number"; then
        passed "stream $number is ready"
    else
        failed "stream $number is ready within 60 s" "$(tail -n 20 "$WORK/stream-$number.log")"
        return 1
    fi
}

stream_is_ready() { curl --silent --fail --max-time 5 "$(head -n 1 "$WORK/stream-$1.out")/readyz" >/dev/null; }

# end_stream PID SIGNAL
end_stream() {
    kill "-$2" "$1" 2>/dev/null || true
    until_true 30 gone "$1" || kill -9 "$1"
    wait "$1" 2>/dev/null || true
}

# share_out SEED: new files on the topics, read by nobody but the stream processes.
share_out() {
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/shares" 400 "$1"
    ytempire --quiet ingest trending --no-wait "$WORK/shares"/v*_seed"$1".csv*
    ends_with "$ROWS_REJECTED" "an ingest that does not wait"
}

# members GROUP N: N processes have a share of it, and together all partitions.
members() { "$PYTHON" "$CHECKS/group_members.py" "$KAFKA_BROKERS" "$1" "$2" 4; }

all_read() {
    ytempire lag --json
    [ "$(json 'all(r["behind"] == 0 for r in d if r["group"].startswith(("bronze.", "views"))) and len(d) > 10')" = True ]
}

# happens_within SECONDS NAME COMMAND...
happens_within() {
    local seconds=$1 name=$2
    shift 2
    if until_true "$seconds" "$@"; then passed "$name"; else failed "$name within $seconds s" "$(tail -n 40 "$OUT")"; fi
}

moves_within() {
    local began
    began=$(date +%s)
    if until_true "$1" members bronze.youtube_video_snapshots "$2"; then
        passed "$3: the work has moved after $(($(date +%s) - began)) s"
    else
        failed "$3: the work moves within $1 s" "$("$PYTHON" "$CHECKS/group_members.py" "$KAFKA_BROKERS" bronze.youtube_video_snapshots "$2" 4 2>&1)"
    fi
}

share_the_work() {
    moves_within 20 3 "three processes share"
    share_out 201
    happens_within 90 "they read everything" all_read
    end_stream "${STREAMS[0]}" TERM
    moves_within 10 2 "one stops"
    share_out 202
    end_stream "${STREAMS[1]}" KILL
    moves_within 20 1 "one is killed"
    start_stream || return 0
    moves_within 20 2 "one joins"
    zombie
    one_dies_at lake.committed=return
    one_dies_at views.committed=return
    parts_restart
}

# It sleeps through the loss of its partitions, wakes up, and may not write what others have written since.
zombie() {
    local sleeper=${STREAMS[2]}
    share_out 203
    kill -STOP "$sleeper"
    moves_within 30 1 "one sleeps"
    share_out 204
    happens_within 90 "the other reads everything" all_read
    kill -CONT "$sleeper"
    share_out 205
    moves_within 30 2 "it wakes up"
}

one_dies_at() {
    start_stream "$1"
    local victim=${STREAMS[-1]}
    moves_within 40 3 "one more joins"
    share_out $((300 + ${#STREAMS[@]}))
    happens_within 60 "and dies at $1" gone "$victim"
    moves_within 30 2 "the others take over"
}

parts_restart() {
    kill -9 "$KAFKA"
    wait "$KAFKA" 2>/dev/null || true
    kill -9 "$(head -n 1 "$WORK/parts/postgres/cluster/postmaster.pid")"
    start_kafka || return 0
    share_out 206
    happens_within 120 "after broker and database were killed, everything is read" all_read
}
