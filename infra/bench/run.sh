#!/usr/bin/env bash
# The whole, measured: topic to lake, topic to views, and how long an event takes to be seen, on the embedded broker and on a
# real Apache Kafka; and Spark, the peer, on the topic that the lake was measured with.
#
#   infra/bench/run.sh [BIN]      BENCH_RECORDS=200000 BENCH_PROFILE=release BENCH_SPARK=1 (0: not the peer)
#                                 BENCH_BEHIND=1000000 rows behind a restart
#
# Every number is of a process of its own, so that its peak memory is its own. Kafka gets a fresh folder each time.
# Without the peer, all the rest is measured; then it ends with 1.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PROFILE=${BENCH_PROFILE:-release}
WORK=$(mktemp -d)
KAFKA=
PEER=ok

stop_kafka() {
    if [ -n "$KAFKA" ]; then
        kill "$KAFKA" 2>/dev/null || true
        wait "$KAFKA" 2>/dev/null || true
        KAFKA=
    fi
}
trap 'stop_kafka; rm -rf "$WORK"' EXIT

# The port that the kernel would give next.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_kafka() {
    local port
    port=$(free_port)
    "$ROOT/infra/kafka/start.sh" "$WORK/kafka-$1" "$port" >"$WORK/kafka-$1.log" 2>&1 &
    KAFKA=$!
    for _ in $(seq 300); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            BROKERS=127.0.0.1:$port
            return
        fi
        sleep 0.2
    done
    echo "bench: Kafka did not start:" >&2
    tail -20 "$WORK/kafka-$1.log" >&2
    exit 1
}

measure() {
    (cd "$ROOT" && BENCH_SINK=$1 BENCH_BROKERS=$2 cargo bench --quiet --workspace --profile "$PROFILE" --bench throughput)
}

# How long events take until they can be seen in a view: measure_latency RATE BROKERS
measure_latency() {
    (cd "$ROOT" && BENCH_RATE=$1 BENCH_BROKERS=$2 cargo bench --quiet --workspace --profile "$PROFILE" --bench latency)
}

# The peer drains the records that the lake's bench has left in its topic.
measure_peer() {
    [ "${BENCH_SPARK:-1}" != 0 ] || return 0
    "$ROOT/infra/bench/spark/spark.sh" "$1" || { PEER=lacking; say_peer_is_lacking; }
}

say_peer_is_lacking() {
    echo "bench: THE PEER WAS NOT MEASURED: Spark could not be fetched or failed (BENCH_SPARK=0 leaves it out)" >&2
}

for sink in lake views; do
    measure "$sink" ""
    start_kafka "$sink"
    measure "$sink" "$BROKERS"
    [ "$sink" != lake ] || measure_peer "$BROKERS"
    stop_kafka
done
for rate in 1000 20000; do
    measure_latency "$rate" ""
    start_kafka "latency-$rate"
    measure_latency "$rate" "$BROKERS"
    stop_kafka
done
# With an executable: how soon it works again after a SIGKILL.
if [ -n "${1:-}" ]; then
    for broker in kafka embedded; do
        echo "restarts, broker: $broker"
        BENCH_BROKER=$broker "$ROOT/infra/bench/restart.sh" "$1" "${BENCH_BEHIND:-1000000}"
    done
fi
# Said once more: above, it is far from the end.
[ "$PEER" = ok ] || { say_peer_is_lacking; exit 1; }
