# Starts and stops what end-to-end tests run, and leaves nothing behind. Sourced.
#
# Sets BIN (absolute), WORK (a folder that goes away), PYTHON, CHECKS, OUT, ERR, and DATA, the data folder in use.
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by those who source this

INFRA=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(dirname "$INFRA")
CHECKS=$INFRA/python
PYTHON=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire/venv/bin/python
POSTGRES=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire/postgres-16-pgvector-0.8/pginstall
STARTED=()

# open_workshop BIN
open_workshop() {
    BIN=$(realpath -e "$1")
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/ytempire-tests.XXXXXX")
    OUT=$WORK/out ERR=$WORK/err
    DATA=$WORK/data
    : >"$OUT"
    : >"$ERR"
    trap close_workshop EXIT
    trap 'exit 130' INT TERM
    unset DATABASE_URL KAFKA_BROKERS LAKE_URL YTEMPIRE_DATA_DIR YTEMPIRE_HTTP
}

# Stops what was started; then whatever still names the folder, such as a Postgres whose parent was killed.
close_workshop() {
    local pid mount=$WORK/full
    for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${STARTED[@]}"; do until_true 20 gone "$pid" || kill -9 "$pid" 2>/dev/null || true; done
    until_true 10 nobody_uses "$WORK" || pkill -9 -f -- "$WORK/" || true
    mountpoint -q "$mount" 2>/dev/null && umount -l "$mount"
    rm -rf "$WORK"
}

gone() { ! kill -0 "$1" 2>/dev/null; }
nobody_uses() { ! pgrep -f -- "$1/" >/dev/null; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

run_file() { json "d['$1']" "$DATA/run.json"; }

# One request; the body is in $OUT, the status in $CODE. http PATH
http() {
    CODE=$(curl --silent --show-error --max-time 30 --output "$OUT" --write-out '%{http_code}' "$URL$1" 2>"$ERR") || true
}

is_ready() {
    [ "$(run_file pid)" = "$UP" ] || return 1
    URL=$(run_file http_url)
    http /readyz
    [ "$CODE" = 200 ]
}

# shellcheck disable=SC2120 # run.sh passes arguments, soak.sh none
# start_up ARGUMENT...: runs `up` on $DATA in the background and waits until it is ready. Sets UP and URL.
start_up() {
    local started=$SECONDS
    "$BIN" --data-dir "$DATA" --http "${UP_HTTP:-127.0.0.1:0}" up "$@" >"$WORK/up.out" 2>"$WORK/up.log" </dev/null &
    UP=$!
    STARTED+=("$UP")
    if until_true 60 is_ready; then
        passed "up is ready after $((SECONDS - started)) s"
    else
        failed "up is ready within 60 s" "$(tail -n 20 "$WORK/up.out" "$WORK/up.log")"
        return 1
    fi
}

# signal_up SIGNAL: sends it and waits for the end. Sets CODE.
signal_up() {
    kill "-$1" "$UP" 2>/dev/null || true
    CODE=0
    if until_true 60 gone "$UP"; then
        wait "$UP" 2>/dev/null || CODE=$?
    else
        kill -9 "$UP" 2>/dev/null || true
        wait "$UP" 2>/dev/null || true
        CODE="none within 60 s"
    fi
    cp "$WORK/up.log" "$ERR"
}

# The folder with the exports that tests ingest: real ones where there are any, else generated ones.
find_exports() {
    SMALL=$WORK/small
    "$PYTHON" "$CHECKS/write_exports.py" "$SMALL" 400 1
    EXPORTS=$SMALL
    if [ -d "${YTEMPIRE_SHARED_DATA:-}/youtube-trending" ]; then
        EXPORTS=$YTEMPIRE_SHARED_DATA/youtube-trending
    else
        skipped "real trending files: YTEMPIRE_SHARED_DATA is not set; generated ones take their place"
    fi
    exports_of "$EXPORTS" FILES
    exports_of "$SMALL" SMALL_FILES
}

# exports_of FOLDER ARRAY
exports_of() {
    mapfile -t "$2" < <(find "$1" -maxdepth 1 \( -name 'v*.csv' -o -name 'v*.csv.gz' \) | LC_ALL=C sort)
}
