# Input that is not what it should be, and machines that lack something. Sourced by run.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # CODE is read by ends_with

# refused FILE REGEX NAME: alone, such a file is refused by name, with the reason.
refused() {
    ytempire ingest trending "$1"
    ends_with "1 2" "$3 is refused"
    says "$(basename "$1")" "$3: the message names the file"
    says "$2" "$3: and the reason"
}

test_files_that_are_no_exports() {
    section "files that are no exports"
    DATA=$WORK/bad
    local bad=$WORK/bad-files
    mkdir -p "$bad"
    : >"$bad/US_empty.csv"
    head -c 65536 /dev/urandom >"$bad/US_binary.csv"
    head -c 65536 /dev/urandom >"$bad/US_binary.csv.gz"
    printf 'name,age\nAda,36\n' >"$bad/US_people.csv"
    refused "$bad/US_empty.csv" "empty" "an empty file"
    refused "$bad/US_binary.csv" "utf-8|binary|column|header|not .*export" "a binary file"
    refused "$bad/US_binary.csv.gz" "not text" "a .gz that is none"
    refused "$bad/US_people.csv" "column|header|not .*export" "other columns"
    refused "$bad/US_absent.csv" "no such file|not found|does not exist|matches no" "an absent file"
    refused "$bad" "director|folder" "a folder"
    ytempire --json ingest trending "$bad/US_people.csv" "${SMALL_FILES[0]}"
    ends_with 3 "a good file beside a refused one: partly done"
    says "US_people.csv" "the refused one is named"
}

test_damaged_exports() {
    section "damaged exports"
    DATA=$WORK/bad
    local bad=$WORK/bad-files source=$SMALL/v2020_GB_seed1.csv
    gzip -c "$source" | head -c 5000 >"$bad/v2020_GB_cut.csv.gz"
    ytempire ingest trending "$bad/v2020_GB_cut.csv.gz"
    ends_with "1 3" "a truncated gzip is not 'done'"
    says "v2020_GB_cut" "it is named"
    says "truncat|unexpected end|incomplete|cut|corrupt" "and the reason"
    (head -n 1 "$source"; printf 'abcdefghijk,half a l') >"$bad/v2020_GB_half.csv"
    ytempire --json ingest trending "$bad/v2020_GB_half.csv"
    equals "half a line is a rejected row" "$(json "d['rejected']")" 1
    says "line 2|:2" "its line is told"
    "$PYTHON" - "$source" "$bad/v2020_GB_long.csv" <<'PYTHON'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))[:3]
rows[1][-1] = "x" * 10_000_000
csv.writer(open(sys.argv[2], "w", encoding="utf-8", newline="")).writerows(rows)
PYTHON
    ytempire --json ingest trending "$bad/v2020_GB_long.csv"
    ends_with "0 3" "a field of 10 MB does not stop the file"
    equals "both rows are counted" "$(json "d['read']")" 2
    ytempire verify
    ends_with 0 "verify agrees after all this"
}

test_regions() {
    section "regions and standard input"
    DATA=$WORK/bad
    local nameless=$WORK/bad-files/export.csv
    cp "$SMALL/v2020_GB_seed1.csv" "$nameless"
    ytempire ingest trending --region ZZ "$nameless"
    ends_with 2 "a region that is none is wrong use"
    says "ZZ" "it is named"
    ytempire ingest trending "$nameless"
    ends_with "1 2" "a file without a region in its name"
    says "--region" "--region is proposed"
    ytempire --json ingest trending --region GB "$nameless"
    ends_with "$ROWS_REJECTED" "with --region it is read"
    CODE=0
    timeout "$LIMIT" "$BIN" --data-dir "$DATA" --json ingest trending --region GB - \
        <"$nameless" >"$OUT" 2>"$ERR" || CODE=$?
    ends_with "$ROWS_REJECTED" "so is standard input"
    equals "and all of it was there already" "$(json "d['accepted']")" 0
}

test_port_taken() {
    section "port taken"
    DATA=$WORK/port
    local port holder
    port=$(free_port)
    python3 -m http.server --bind 127.0.0.1 "$port" >/dev/null 2>&1 </dev/null &
    holder=$!
    STARTED+=("$holder")
    until_true 10 curl --silent --output /dev/null "http://127.0.0.1:$port/"
    LIMIT=60 ytempire --http "127.0.0.1:$port" up --no-simulate
    ends_with 1 "up on a taken port ends"
    says "$port" "the port is named"
    kill "$holder"
}

test_folder_of_another_version() {
    section "a data folder of another version"
    DATA=$WORK/newer
    mkdir -p "$DATA"
    echo '{"layout": 99, "written_by": "9.9.9"}' >"$DATA/version.json"
    local command
    for command in "up --no-simulate" verify lag "sql select(1)" "dead-letters list" "ingest trending ${SMALL_FILES[0]}"; do
        # shellcheck disable=SC2086 # words are arguments
        LIMIT=60 ytempire --http 127.0.0.1:0 $command
        ends_with 1 "${command%% /*} refuses it"
        says "9\.9\.9" "${command%% /*} names the version"
    done
    equals "nothing was written into it" "$(find "$DATA" -mindepth 1 ! -name lock -printf '%f ')" "version.json "
}

test_full_disk() {
    section "full disk"
    local disk=$WORK/full
    mkdir -p "$disk"
    if ! mount -t tmpfs -o size=400m tmpfs "$disk" 2>/dev/null; then
        skipped "a full disk: mounting a tmpfs needs root"
        return 0
    fi
    DATA=$disk/data
    ytempire ingest trending "${SMALL_FILES[0]}"
    ends_with "$ROWS_REJECTED" "ingest on the small disk, while there is room"
    fallocate -l "$(($(df --output=avail -B1 "$disk" | tail -n 1) - 200000))" "$disk/ballast"
    LIMIT=240 ytempire ingest trending "${FILES[@]}"
    ends_with "1 3" "ingest on the full disk fails, and ends"
    says "space|disk|full" "it says why"
    equals "nothing panics" "$(grep -c panicked "$ERR")" 0
    rm "$disk/ballast"
    ytempire ingest trending "${SMALL_FILES[@]}"
    ends_with "$ROWS_REJECTED" "with room again it continues"
    ytempire verify
    ends_with 0 "verify agrees"
    umount -l "$disk"
}
