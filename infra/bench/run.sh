#!/usr/bin/env bash
# The whole, measured: topic to lake and topic to views, on the embedded broker and on a real Apache Kafka.
#
#   infra/bench/run.sh [BIN]      BENCH_RECORDS=200000 BENCH_PROFILE=release
#
# Every number is of a process of its own, so that its peak memory is its own. Kafka gets a fresh folder each time.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PROFILE=${BENCH_PROFILE:-release}
WORK=$(mktemp -d)
KAFKA=

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

for sink in lake views; do
    measure "$sink" ""
    start_kafka "$sink"
    measure "$sink" "$BROKERS"
    stop_kafka
done
