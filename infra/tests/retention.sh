# What has to go is gone everywhere: retention, and a channel that asks to be forgotten. Sourced by run.sh.
# shellcheck shell=bash

# rows WHERE: how many rows of videos there are.
rows() {
    ytempire sql --json "SELECT count(*) AS n FROM bronze.youtube_video_snapshots WHERE $1"
    json 'd[0]["n"]'
}

# nowhere TEXT: no file of the lake and of the broker holds it.
nowhere() {
    ! grep --recursive --text --quiet --fixed-strings -- "$1" "$DATA/lake" "$DATA/broker/records.db"
}

test_retention() {
    section "retention and deletion requests"
    start_emulator --seed 6 --channels 4 || return 0
    local world channel other
    world=$(curl --silent --max-time 30 "$EMULATOR_URL/_emulator/world")
    channel=$(printf '%s' "$world" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["channels"][0]["id"])')
    other=$(printf '%s' "$world" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["channels"][1]["id"])')
    DATA=$WORK/retention
    cat >"$WORK/ytempire.toml" <<T
[sources.youtube]
base_url = "$EMULATOR_URL/"
api_key = "key"
channels = ["$channel", "$other"]
categories = ["US"]
T
    pushd "$WORK" >/dev/null || return 0
    ytempire --quiet ingest trending "${SMALL_FILES[@]}"
    ends_with "$ROWS_REJECTED" "files of one's own"
    ytempire --quiet ingest run --once
    ends_with 0 "channels by the API"
    test_retention_runs
    test_forget "$channel" "$other"
    popd >/dev/null || return 0
    rm -f "$WORK/ytempire.toml"
    stop_emulator TERM
}

test_retention_runs() {
    local own api
    own=$(rows "_source_class <> 'youtube-api'")
    api=$(rows "_source_class = 'youtube-api'")
    equals "there is something of both" "$((own > 0 && api > 0))" 1
    ytempire retention --json
    ends_with 0 "nothing is 30 days old"
    equals "so nothing goes" "$(json 'sum(t["rows"] for t in d["tables"])')" 0
    equals "and no view is made anew" "$(json 'd["views"]')" "[]"
    ytempire retention --days 0 --dry-run --json
    ends_with 0 "a dry run"
    equals "it counts the rows of the API" "$(json '{t["table"]: t["rows"] for t in d["tables"]}["bronze.youtube_video_snapshots"]')" "$api"
    equals "and deletes nothing" "$(rows "_source_class = 'youtube-api'")" "$api"
    local deaths=0
    until FAILPOINTS="lake.removed=return" ytempire retention --days 0 --json; [ "$CODE" -ne 134 ] || [ "$deaths" -ge 9 ]; do
        deaths=$((deaths + 1))
        ytempire verify
        says "a removal is under way, or was interrupted" "removal $deaths died after a table, before the views, and verify says so"
    done
    ends_with 0 "what the API told goes, whatever died before"
    equals "a removal died once per table that had any" "$((deaths >= 2))" 1
    equals "the last found nothing in the lake" "$(json 'sum(t["rows"] for t in d["tables"])')" 0
    equals "and the views are made anew" "$(json 'sum(v["rows"] - v["rows_after"] for v in d["views"]) > 0')" True
    equals "no row of it is left" "$(rows "_source_class = 'youtube-api'")" 0
    equals "one's own files stay" "$(rows "_source_class <> 'youtube-api'")" "$own"
    ytempire verify
    ends_with 0 "topics, lake and views agree"
    ytempire --quiet ingest trending "${SMALL_FILES[@]}" --json
    equals "one's own files are known still" "$(json 'sum(f["accepted"] for f in d["files"])')" 0
    ytempire --quiet ingest run --once --now
    ends_with 0 "it is read again when it is due"
    equals "though YouTube says that nothing has changed" "$(($(rows "_source_class = 'youtube-api'") > 0))" 1
    ytempire verify
    ends_with 0 "and they agree still"
    ytempire retention --days -1
    ends_with 2 "days that can't be"
    ytempire retention --days 1e300
    ends_with 1 "more days than there are"
}

# test_forget CHANNEL OTHER
test_forget() {
    local of_other video
    ytempire sql --json "SELECT min(video_id) AS id FROM bronze.youtube_video_snapshots WHERE channel_id = '$1'"
    video=$(json 'd[0]["id"]')
    of_other=$(rows "channel_id = '$2'")
    equals "there are rows of both channels" "$(($(rows "channel_id = '$1'") > 0 && of_other > 0))" 1
    if nowhere "$1"; then failed "the channel's id is on the disk" "it is nowhere"; else passed "the channel's id is on the disk"; fi
    ytempire forget nobody
    ends_with 2 "an id that is none"
    ytempire forget "$1"
    ends_with 2 "nobody can be asked"
    says "--yes" "it says how to say so"
    ytempire forget "$1" --dry-run --json
    ends_with 0 "a dry run"
    equals "it counts videos" "$(json '{t["table"]: t["rows"] for t in d["tables"]}["bronze.youtube_video_snapshots"] > 0')" True
    equals "and deletes nothing" "$(($(rows "channel_id = '$1'") > 0))" 1
    ytempire forget "$1" --yes --json
    ends_with 0 "the channel is forgotten"
    equals "it says that the settings name it" "$(json 'any("ytempire.toml" in note for note in d["notes"])')" True
    equals "no row of it is left" "$(rows "channel_id = '$1'")" 0
    equals "the other's stay" "$(rows "channel_id = '$2'")" "$of_other"
    if nowhere "$1"; then passed "no file holds its id"; else failed "no file holds its id" "$(grep --recursive --text --files-with-matches -- "$1" "$DATA/lake" "$DATA/broker")"; fi
    ytempire verify
    ends_with 0 "topics, lake and views agree"
    ytempire --quiet ingest run --once --now
    ends_with 0 "the sources are read again"
    equals "but nothing of the channel" "$(rows "channel_id = '$1'")" 0
    ytempire --quiet ingest youtube --comments "$video"
    ytempire sql --json "SELECT count(*) AS n FROM bronze.youtube_comments WHERE video_id = '$video'"
    equals "nor under its videos" "$(json 'd[0]["n"]')" 0
    printf 'video_id,trending_date,title,channel_title,category_id,tags,views,likes\n%s,17.14.11,T,C,22,a,5,1\n' "$video" >"$WORK/USvideos.csv"
    ytempire --quiet ingest trending "$WORK/USvideos.csv"
    equals "nor of its videos in files" "$(rows "video_id = '$video'")" 0
    ytempire ingest status --json
    equals "its target says why" "$(json '[t["state"] for s in d for t in s["targets"] if t["target"] == "channel:'"$1"'"]')" "['withheld']"
    ytempire forget "$1" --release
    ends_with 0 "it may come back"
    ytempire --quiet ingest run --once --now
    equals "and is read again" "$(($(rows "channel_id = '$1'") > 0))" 1
    ytempire verify
    ends_with 0 "and all agree"
}
