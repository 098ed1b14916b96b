#!/usr/bin/env bash
# How long after a SIGKILL the platform processes again, with so many rows behind it: on a private Postgres, and a fresh Apache Kafka
# or the broker inside the platform.
#
#   infra/bench/restart.sh BIN [ROWS]      ROWS=10000000   BENCH_BROKER=kafka|embedded   BENCH_KEEP=DIR   BENCH_KILLS=5   BENCH_UP="-v"
#
# BENCH_KEEP keeps Kafka's folder and the data folder in DIR, and finds them there the next time: rows that are there are not
# written again. A ytempire.toml in DIR counts. BENCH_UP has options for the platform, whose log is DIR/up.log. Progress goes to
# standard error, figures to standard output.
set -euo pipefail

if [ $# -ne 1 ] && [ $# -ne 2 ]; then
    echo "usage: infra/bench/restart.sh BIN [ROWS]" >&2
    exit 2
fi
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BIN=$(realpath -e "$1")
ROWS=${2:-10000000}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire
export PSQL=$CACHE/postgres-16-pgvector-0.8/pginstall/bin/psql
unset DATABASE_URL KAFKA_BROKERS LAKE_URL YTEMPIRE_DATA_DIR YTEMPIRE_HTTP
KAFKA=
if [ -n "${BENCH_KEEP:-}" ]; then
    mkdir -p "$BENCH_KEEP"
    WORK=$(cd "$BENCH_KEEP" && pwd)
else
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/ytempire-restart.XXXXXX")
fi

# Kafka stops in order, so that a kept folder needs no recovery.
clean_up() {
    if [ -n "$KAFKA" ]; then
        kill "$KAFKA" 2>/dev/null || true
        wait "$KAFKA" 2>/dev/null || true
    fi
    [ -n "${BENCH_KEEP:-}" ] || rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_kafka() {
    local port
    port=$(free_port)
    "$ROOT/infra/kafka/start.sh" "$WORK/kafka" "$port" >"$WORK/kafka.log" 2>&1 </dev/null &
    KAFKA=$!
    for _ in $(seq 600); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            export KAFKA_BROKERS=127.0.0.1:$port
            return
        fi
        sleep 0.2
    done
    echo "bench: Kafka did not start:" >&2
    tail -20 "$WORK/kafka.log" >&2
    exit 1
}

BROKER=${BENCH_BROKER:-kafka}
case $BROKER in
    kafka) start_kafka ;;
    embedded) ;;
    *) echo "bench: BENCH_BROKER is kafka or embedded, not $BROKER" >&2; exit 2 ;;
esac
cd "$WORK"
# in the background, so that a signal ends it, and with it the platform, at once
"$CACHE/venv/bin/python" "$ROOT/infra/bench/fill_topic.py" --restart "$BIN" "$WORK" "$ROWS" "127.0.0.1:$(free_port)" </dev/null &
MEASURING=$!
trap 'kill "$MEASURING" 2>/dev/null; wait "$MEASURING"; exit 130' INT TERM
code=0
# shellcheck disable=SC2086 # none is no argument
wait -n -p ENDED "$MEASURING" $KAFKA || code=$?
if [ -n "$KAFKA" ] && [ "$ENDED" = "$KAFKA" ]; then
    echo "bench: Kafka ended in the middle (exit code $code):" >&2
    tail -20 "$WORK/kafka.log" >&2
    KAFKA=
    kill "$MEASURING" 2>/dev/null || true
    wait "$MEASURING" || true
    exit 1
fi
[ "$code" -eq 0 ]
