# A process that dies at every step between the log and a commit, on its own and beside others. Sourced by run.sh.
# shellcheck shell=bash

# Where it dies, and the time that it comes by there: the points of events::fault.
FAULT_POINTS=(
    "pipeline.assigned=4*off->return" "pipeline.decoded=2*off->return" "lake.written=return"
    "lake.committed=return" "views.merged=1*off->return" "views.rolled-up=2*off->return"
    "views.committed=2*off->return" "pipeline.acknowledged=3*off->return"
)

test_faults() {
    section "faults"
    DATA=$WORK/faults
    local point seed=100
    for point in "${FAULT_POINTS[@]}"; do
        seed=$((seed + 1))
        "$PYTHON" "$CHECKS/write_exports.py" "$WORK/faulty" 300 "$seed"
        dies_at "$point" --quiet ingest trending "$WORK/faulty"/v*_seed"$seed".csv*
        ytempire verify
        ends_with 0 "and what is there agrees"
    done
    exports_of "$WORK/faulty" FAULTY_FILES
    ytempire --quiet ingest trending "${FAULTY_FILES[@]}"
    ends_with 0 "everything is ingested to its end"
    succeeds "nothing is lost, nothing doubled" "$PYTHON" "$CHECKS/check_bronze.py" "$DATA/lake" "$WORK/faulty"
    rebuilds_that_die
}

# dies_at POINT ARGUMENT...
dies_at() {
    local point=$1
    shift
    FAILPOINTS=$point ytempire "$@"
    ends_with 134 "a process dies at $point"
}

# A shadow that is not swapped leaves nothing that is read.
rebuilds_that_die() {
    spoil_views
    dies_at "shadow.filled=return" stream rebuild video_days
    dies_at "shadow.swapped=return" stream rebuild video_days
    ytempire stream rebuild video_days --dry-run --json
    ends_with 0 "a rebuild can be looked at after one that died"
    equals "and shows what differs" "$(json '[(v["view"], v["removed"], v["added"], v["changed"]) for v in d["views"] if v["differences"]]')" \
        "[('video_days', 0, 1, 1)]"
    equals "and has changed nothing" "$(json 'd["swapped"]')" "[]"
    ytempire stream rebuild video_days --json
    ends_with 0 "a rebuild"
    ytempire verify
    ends_with 0 "after which views and lake agree"
    spoil_views
    ytempire stream rebuild video_days --from topic --json
    ends_with 0 "a rebuild from the topic"
    ytempire verify
    ends_with 0 "after which they agree, too"
}

# Takes a row out of a view and changes another, behind the platform's back.
spoil_views() {
    start_up --no-simulate || return 0
    succeeds "views are spoilt" "$POSTGRES/bin/psql" "$(run_file database_url)" --quiet --command \
        "WITH one AS (SELECT video_id, day FROM views.video_days ORDER BY video_id, day LIMIT 1) \
        UPDATE views.video_days v SET views = -1 FROM one WHERE v.video_id = one.video_id AND v.day = one.day" \
        --command "WITH one AS (SELECT video_id, day FROM views.video_days ORDER BY video_id DESC, day DESC LIMIT 1) \
        DELETE FROM views.video_days v USING one WHERE v.video_id = one.video_id AND v.day = one.day"
    signal_up INT
}
