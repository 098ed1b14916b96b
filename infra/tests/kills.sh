#!/usr/bin/env bash
# Kills an ingest with SIGKILL at random moments, again and again; afterwards nothing may be lost or doubled.
#
#   infra/tests/kills.sh BIN [KILLS [SEED]]
#
# Every round ingests what the killed round before it left, and new files on top, so every kill hits work.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=infra/tests/assertions.sh
source "$HERE/assertions.sh"
# shellcheck source=infra/tests/platform.sh
source "$HERE/platform.sh"

ROUND_ROWS=1000 # in each of the files of a round; a long run has smaller ones, for the last ingest is of all of them

# Sets FILES to the exports of a round: those of a seed of its own, and those of the round before.
files_of_round() {
    local round=$1 seed
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/exports" "$ROUND_ROWS" "$round"
    FILES=()
    for seed in $((round - 1)) "$round"; do
        FILES+=("$WORK/exports"/v*_seed"$seed".csv*)
    done
}

# kill_after MILLISECONDS: runs an ingest of FILES and kills it then, if it has not ended before.
kill_after() {
    local ingest
    "$BIN" --data-dir "$DATA" --quiet ingest trending "${FILES[@]}" >"$OUT" 2>"$ERR" </dev/null &
    ingest=$!
    STARTED=("$ingest")
    local began deadline
    began=$(date +%s%3N)
    deadline=$((began + $1))
    while [ "$(date +%s%3N)" -lt "$deadline" ]; do
        # faster than thought: the next kills come sooner
        if ! kill -0 "$ingest" 2>/dev/null; then
            ROUND_MS=$(($(date +%s%3N) - began))
            break
        fi
        sleep 0.01
    done
    if kill -9 "$ingest" 2>/dev/null; then HIT=$((HIT + 1)); fi
    wait "$ingest" 2>/dev/null || true
}

# How long an undisturbed ingest of one round takes, in milliseconds.
measure_round() {
    local began
    began=$(date +%s%3N)
    ytempire --quiet ingest trending "${FILES[@]}"
    ends_with 0 "an undisturbed ingest"
    ROUND_MS=$(($(date +%s%3N) - began))
}

main() {
    local kills=${2:-20} round
    open_workshop "${1:?usage: kills.sh BIN [KILLS [SEED]]}"
    RANDOM=${3:-$((RANDOM))}
    if [ "$kills" -gt 250 ]; then ROUND_ROWS=250; fi
    HIT=0
    section "$kills kills"
    "$PYTHON" "$CHECKS/write_exports.py" "$WORK/exports" "$ROUND_ROWS" 0
    files_of_round 1
    measure_round
    for ((round = 2; round <= kills + 1; round++)); do
        files_of_round "$round"
        kill_after $((RANDOM * ROUND_MS / 32768))
    done
    echo "$HIT of $kills kills hit a running ingest; an undisturbed one takes $ROUND_MS ms"
    LIMIT=3600 ytempire --quiet ingest trending "$WORK/exports"/v*
    ends_with 0 "after the last kill, everything is ingested to its end"
    succeeds "nothing is lost, nothing doubled" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$WORK/exports"
    LIMIT=3600 ytempire verify
    ends_with 0 "lake, views and topic agree"
    equals "most kills hit a running ingest" "$((HIT * 2 >= kills))" 1
    conclude
}

main "$@"
