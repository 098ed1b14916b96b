# The lake on an S3 server instead of a folder. Sourced by run.sh.
# shellcheck shell=bash

test_lake_on_s3() {
    section "a lake on S3"
    local port fresh
    DATA=$WORK/cloud
    port=$(free_port)
    "$(dirname "$PYTHON")/moto_server" -H 127.0.0.1 -p "$port" >"$WORK/s3.log" 2>&1 </dev/null &
    STARTED+=("$!")
    export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=planted-secret-of-s3 LAKE_URL=s3://lake/under/here
    if until_true 60 curl --silent --fail --request PUT "http://127.0.0.1:$port/lake"; then
        ytempire --json ingest trending "${SMALL_FILES[@]}"
        ends_with "$ROWS_REJECTED" "ingest into s3://"
        fresh=$(json "d['accepted']")
        ytempire --json ingest trending "${SMALL_FILES[@]}"
        equals "the second time nothing is new" "$(json "d['accepted']")" 0
        ytempire --json sql "SELECT count(*) AS n FROM bronze.youtube_video_snapshots WHERE _verdict = 'accepted'"
        equals "the rows can be queried" "$(json "d[0]['n']")" "$fresh"
        ytempire verify
        ends_with 0 "verify agrees"
        succeeds "deltalake reads the same rows" "$PYTHON" "$CHECKS/count_delta.py" "$LAKE_URL/bronze/youtube_video_snapshots" "$fresh"
        ytempire config show
        equals "the secret is not shown" "$(grep -c planted-secret "$OUT")" 0
    else
        failed "the S3 server answers within 60 s" "$(tail -n 20 "$WORK/s3.log")"
    fi
    unset AWS_ENDPOINT_URL AWS_ALLOW_HTTP AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY LAKE_URL
    LAKE_URL=ftp://nowhere/lake ytempire sql "SELECT 1"
    ends_with 1 "a store of an unknown kind is refused"
    says "s3://" "it says what there is"
}
