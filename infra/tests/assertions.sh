# Counting assertions for end-to-end tests. Sourced. Each prints one line; a failed one shows what was seen.
# shellcheck shell=bash

PASSED=0
FAILED=0
# A command that takes longer hangs, and fails its assertion. Seconds.
LIMIT=${LIMIT:-300}

section() { printf '\n== %s\n' "$*"; }
passed() { PASSED=$((PASSED + 1)); printf 'ok    %s\n' "$1"; }
failed() {
    FAILED=$((FAILED + 1))
    printf 'FAIL  %s\n' "$1"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" | tail -n 25 | sed 's/^/      | /'
}
skipped() { printf '#### NOT TESTED: %s\n' "$*" | tee /dev/stderr; }

# ytempire ARGUMENT...: runs the executable on $DATA; leaves its output in $OUT, its messages in $ERR, its code in $CODE.
ytempire() {
    CODE=0
    timeout --kill-after=10 "$LIMIT" "$BIN" --data-dir "$DATA" "$@" >"$OUT" 2>"$ERR" </dev/null || CODE=$?
}

# ends_with "CODE [CODE...]" NAME: the last ytempire ended with one of these codes.
ends_with() {
    case " $1 " in
        *" $CODE "*) passed "$2" ;;
        *) failed "$2" "exit code $CODE, expected $1" "$(tail -n 20 "$ERR")" ;;
    esac
}

# says REGEX NAME: the last ytempire printed that, on either stream. Case does not count.
says() {
    if grep -qiE -e "$1" "$OUT" "$ERR"; then
        passed "$2"
    else
        failed "$2" "no line matches $1 in:" "$(tail -n 20 "$OUT" "$ERR")"
    fi
}

# succeeds NAME COMMAND...
succeeds() {
    local name=$1 output
    shift
    if output=$(timeout --kill-after=10 "$LIMIT" "$@" 2>&1 </dev/null); then
        passed "$name${output:+ ($(tail -n 1 <<<"$output"))}"
    else
        failed "$name" "$output"
    fi
}

# equals NAME ACTUAL EXPECTED
equals() {
    if [ "$2" = "$3" ]; then passed "$1"; else failed "$1" "is '$2', expected '$3'"; fi
}

# until_true SECONDS COMMAND...: waits for a condition, not for a time.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

# json EXPRESSION [FILE]: evaluates Python over a JSON document called d.
json() {
    "$PYTHON" -c 'import json, sys; d = json.load(open(sys.argv[2])); print(eval(sys.argv[1]))' "$1" "${2:-$OUT}" 2>&1 || true
}

# The last line of a script: the counts, and the exit code they mean.
conclude() {
    printf '\n%s passed, %s failed\n' "$PASSED" "$FAILED"
    [ "$FAILED" -eq 0 ] && [ "$PASSED" -gt 0 ]
}
