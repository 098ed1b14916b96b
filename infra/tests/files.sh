# Files that people have already, twice, each recognised by its content. Sourced by run.sh.
# shellcheck shell=bash

# Every kind that a file of the shared data is.
FILE_KINDS="['google-trends-interest', 'google-trends-regions', 'youtube-category-names', 'youtube-channel-tracker', \
'youtube-comments', 'youtube-studio-chart', 'youtube-studio-table', 'youtube-studio-totals', 'youtube-trending']"

test_files() {
    section "files that people have, twice"
    DATA=$WORK/files
    local made=$WORK/made
    mkdir -p "$made/Content 2021-10-01_2021-11-01 Name"
    printf 'Content,Video title,Views,Watch time (hours)\nTotal,,5,1\ndQw4w9WgXcQ,a,5,1\nShowing top 500 results,,,\n' \
        >"$made/Content 2021-10-01_2021-11-01 Name/Table data.csv"
    printf 'channel_id,date,sponsor,amount,currency,reference\nUC4PooiX37Pld1T8J5SYT-SQ,2026-03-31,Acme,1500.50,EUR,7\n' \
        >"$made/deals.csv"
    printf 'Category: All categories\n\nTOP\na,100\n\nRISING\nb,Breakout\n' >"$made/relatedQueries.csv"
    printf 'name,age\nAda,36\n' >"$made/people.csv"
    ytempire --json ingest file "$made"
    ends_with 3 "one that nobody knows: partly done"
    says "people.csv" "it is named"
    equals "the others are read" "$(json "[d['read'], d['accepted'], d['rejected']]")" "[5, 5, 0]"
    ytempire --json ingest file "$made/deals.csv" --as no-such-kind
    ends_with 2 "a kind that is none is wrong use"
    ytempire --json ingest file "$made/people.csv"
    ends_with 1 "nothing known is a failure"
    ytempire --json sql "SELECT count(*) AS rows, max(last_day) AS day FROM bronze.youtube_analytics WHERE video_id IS NOT NULL"
    equals "the total is no video, and the folder tells the period" "$(json 'sorted(d[0].values(), key=str)')" "[1, '2021-10-31']"
    if [ -z "${YTEMPIRE_SHARED_DATA:-}" ]; then
        skipped "real files: YTEMPIRE_SHARED_DATA is not set"
        return 0
    fi
    DATA=$WORK/shared-files
    ytempire --json ingest file "$YTEMPIRE_SHARED_DATA"
    ends_with 3 "every shared file is read or refused"
    equals "of every kind" "$(json "sorted({f['kind'] for f in d['files'] if f['status'] == 'ingested'})")" "$FILE_KINDS"
    equals "no table is refused" "$(json "[f['path'] for f in d['files'] if f['status'] != 'ingested' and '.csv' in f['path']]")" "[]"
    equals "the others with a reason" "$(json "all(f['error'] for f in d['files'] if f['status'] == 'refused')")" True
    equals "every row is accounted for" \
        "$(json "all(f['read'] == f['accepted'] + f['repeated'] + f['rejected'] for f in d['files'])")" True
    cp "$OUT" "$WORK/files.json"
    ytempire --json ingest file "$YTEMPIRE_SHARED_DATA"
    equals "the second time nothing is new" "$(json "[d['accepted'], d['read']]")" "[0, $(json "d['read']" "$WORK/files.json")]"
    ytempire verify
    ends_with 0 "verify agrees"
}
