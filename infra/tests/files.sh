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
    files_that_change "$made/deals.csv"
    files_of_what_is_to_come
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

# deal_is EXPECTED NAME: what is known of reference 7.
deal_is() {
    ytempire --json sql "SELECT day, amount_minor FROM silver.revenue_records WHERE reference_id = '7'"
    equals "$2" "$(json "[d[0]['day'], d[0]['amount_minor']]")" "$1"
}

# files_that_change DEALS: what a creator writes down counts as it was written last, also where it says again what it said before.
files_that_change() {
    local deals=$1 first
    ytempire --json ingest file "$deals"
    equals "the same file again is nothing new" "$(json "[d['accepted'], d['repeated']]")" "[0, 1]"
    first=$(cat "$deals")
    sed -i 's/2026-03-31/2026-03-02/' "$deals"
    ytempire --json ingest file "$deals"
    deal_is "['2026-03-02', 150050]" "a deal moves to an earlier day"
    sed -i 's/1500.50/900/' "$deals"
    ytempire --json ingest file "$deals"
    deal_is "['2026-03-02', 90000]" "its amount changes"
    printf '%s\n' "$first" >"$deals"
    ytempire --json ingest file "$deals"
    deal_is "['2026-03-31', 150050]" "and it goes back to what it was"
    ytempire verify
    ends_with 0 "streams and recomputation agree about it"
}

# What is not over yet, or ends in another year, is told of with its reason.
files_of_what_is_to_come() {
    local today yesterday
    # today is to be today until the file is read
    while [ "$(date -u +%H%M)" = 2359 ]; do sleep 1; done
    today=$(date -u +%F)
    yesterday=$(date -u -d yesterday +%F)
    mkdir -p "$WORK/to-come"
    printf 'Day,cats: (Worldwide)\n%s,40\n%s,50\n%s,60\n' "$(date -u -d '2 days ago' +%F)" "$yesterday" "$today" \
        >"$WORK/to-come/multiTimeline.csv"
    ytempire --json ingest file "$WORK/to-come/multiTimeline.csv"
    equals "a window that goes on is left out" "$(json "[d['accepted'], d['repeated'], d['rejected'], d['reasons']]")" \
        "[2, 0, 1, {'window not over': 1}]"
    printf 'Category: All categories\n\nTOP\nx,100\n\nRISING\ny,Breakout\n' >"$WORK/to-come/relatedQueries.csv"
    ytempire --json ingest file "$WORK/to-come/relatedQueries.csv" --period 2090-01-01..2090-12-31
    equals "what is refused behind the topic is not called repeated" "$(json "[d['accepted'], d['repeated'], d['rejected']]")" "[0, 0, 2]"
    ytempire --json dead-letters list
    says "after the record was produced" "and its reason is kept"
    says "goes on until" "as is that of the window"
}
