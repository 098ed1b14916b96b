#!/usr/bin/env bash
# Runs the platform with its simulator for a while, and watches its memory and its lag.
#
#   infra/tests/soak.sh BIN [MINUTES]
#
# Memory may not grow by more than half between the first quarter and the end, and nothing may be more than a minute behind then; at
# the end verify must agree.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=infra/tests/assertions.sh
source "$HERE/assertions.sh"
# shellcheck source=infra/tests/platform.sh
source "$HERE/platform.sh"

SAMPLE_SECONDS=10

resident_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$UP/status"; }

# Prints a line per sample; sets EARLY_KB to the most in the first quarter, LATE_KB to the last.
watch_it() {
    local seconds=$1 began=$SECONDS now
    EARLY_KB=0 LATE_KB=0
    while [ $((SECONDS - began)) -lt "$seconds" ]; do
        sleep "$SAMPLE_SECONDS"
        gone "$UP" && { failed "up runs to the end" "$(tail -n 20 "$WORK/up.log")"; return 1; }
        now=$(resident_kb)
        LATE_KB=$now
        [ $(((SECONDS - began) * 4)) -gt "$seconds" ] || EARLY_KB=$((now > EARLY_KB ? now : EARLY_KB))
        ytempire lag --json
        printf '%6d s  %7d kB  %s\n' $((SECONDS - began)) "$now" "$(tr -d '\n' <"$OUT" | cut -c 1-160)"
    done
}

main() {
    local minutes=${2:-60}
    open_workshop "${1:?usage: soak.sh BIN [MINUTES]}"
    section "$minutes minutes of simulated load"
    if start_up && watch_it $((minutes * 60)); then
        ytempire lag --json
        equals "every pipeline keeps up" "$(json 'max(r["behind_seconds"] or 0 for r in d) <= 60')" True
        equals "memory is bounded ($EARLY_KB kB early, $LATE_KB kB late)" "$((LATE_KB * 2 <= EARLY_KB * 3))" 1
        signal_up INT
        ends_with 0 "SIGINT ends it in order"
        LIMIT=3600 ytempire verify
        ends_with 0 "lake, views and topic agree"
    fi
    conclude
}

main "$@"
