# The emulator of the vendors' APIs, driven by clients that others wrote. Sourced by run.sh.
# shellcheck shell=bash

# start_emulator ARGUMENT...: runs it in the background; sets EMULATOR and EMULATOR_URL.
start_emulator() {
    : >"$WORK/emulator.out"
    "$BIN" --http 127.0.0.1:0 emulator "$@" >"$WORK/emulator.out" 2>"$WORK/emulator.log" </dev/null &
    EMULATOR=$!
    STARTED+=("$EMULATOR")
    if until_true 60 grep -q '^http://127\.0\.0\.1:[0-9]*$' "$WORK/emulator.out"; then
        EMULATOR_URL=$(head -n 1 "$WORK/emulator.out")
        passed "the emulator prints its address"
    else
        failed "the emulator prints its address within 60 s" "$(tail -n 20 "$WORK/emulator.out" "$WORK/emulator.log")"
        return 1
    fi
}

# stop_emulator SIGNAL: it ends in order.
stop_emulator() {
    CODE=0
    kill "-$1" "$EMULATOR" 2>/dev/null || true
    if until_true 20 gone "$EMULATOR"; then wait "$EMULATOR" 2>/dev/null || CODE=$?; else CODE="none within 20 s"; fi
    cp "$WORK/emulator.log" "$ERR"
    ends_with 0 "SIG$1 ends the emulator in order"
}

test_emulator() {
    section "the emulator and other people's clients"
    DATA=$WORK/no-folder
    start_emulator --seed 1 || return 0
    local line ended="no end"
    while IFS= read -r line; do
        case $line in
            "ok    "*) passed "${line#ok    }" ;;
            "FAIL  "*) failed "${line#FAIL  }" ;;
            [0-9]*" failed") ended=$line ;;
            *) failed "emulator_clients.py" "$line" ;;
        esac
    done < <(timeout "$LIMIT" "$PYTHON" "$CHECKS/emulator_clients.py" "$EMULATOR_URL" 2>&1 || true)
    equals "emulator_clients.py came to its end" "$ended" "0 failed"
    if grep -q . "$WORK/emulator.out"; then equals "one line on standard output" "$(wc -l <"$WORK/emulator.out")" 1; fi
    stop_emulator TERM
    if [ -e "$DATA" ]; then failed "no data folder is made" "$(ls "$DATA")"; else passed "no data folder is made"; fi
    test_emulator_wrong_use
}

test_emulator_wrong_use() {
    section "the emulator, used wrongly"
    LIMIT=20 ytempire --http 0.0.0.0:0 emulator
    ends_with 2 "an address that is not the loopback's is refused"
    says "loopback" "it says why"
    LIMIT=20 ytempire emulator --fault 2
    ends_with 2 "a share of faults above 1 is refused"
    start_emulator --fault 0.2 || return 0
    "$BIN" --json --http "${EMULATOR_URL#http://}" emulator >"$OUT" 2>"$ERR" </dev/null && CODE=0 || CODE=$?
    ends_with 1 "a taken port is a failure"
    stop_emulator INT
}
