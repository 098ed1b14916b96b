#!/usr/bin/env bash
# Every end-to-end test, on the executable as it is built. Ends with "N passed, N failed".
#
#   infra/tests/run.sh BIN [TEST...]      for instance: infra/tests/run.sh BIN test_ingest_twice test_sql
#
# Uses free ports of the loopback and a temporary folder, and leaves neither behind. With YTEMPIRE_SHARED_DATA it
# ingests real trending files, else generated ones.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=infra/tests/assertions.sh
source "$HERE/assertions.sh"
# shellcheck source=infra/tests/platform.sh
source "$HERE/platform.sh"
# shellcheck source=infra/tests/ingest.sh
source "$HERE/ingest.sh"
# shellcheck source=infra/tests/files.sh
source "$HERE/files.sh"
# shellcheck source=infra/tests/up.sh
source "$HERE/up.sh"
# shellcheck source=infra/tests/owner.sh
source "$HERE/owner.sh"
# shellcheck source=infra/tests/bad_input.sh
source "$HERE/bad_input.sh"
# shellcheck source=infra/tests/cloud.sh
source "$HERE/cloud.sh"
# shellcheck source=infra/tests/emulator.sh
source "$HERE/emulator.sh"
# shellcheck source=infra/tests/connect.sh
source "$HERE/connect.sh"
# shellcheck source=infra/tests/rates.sh
source "$HERE/rates.sh"
# shellcheck source=infra/tests/websub.sh
source "$HERE/websub.sh"
# shellcheck source=infra/tests/retention.sh
source "$HERE/retention.sh"
# shellcheck source=infra/tests/prometheus.sh
source "$HERE/prometheus.sh"
# shellcheck source=infra/tests/faults.sh
source "$HERE/faults.sh"
# shellcheck source=infra/tests/late.sh
source "$HERE/late.sh"
# shellcheck source=infra/tests/refused.sh
source "$HERE/refused.sh"
# shellcheck source=infra/tests/foreign.sh
source "$HERE/foreign.sh"
# shellcheck source=infra/tests/kafka.sh
source "$HERE/kafka.sh"
# shellcheck source=infra/tests/kafka_security.sh
source "$HERE/kafka_security.sh"
# shellcheck source=infra/tests/scale_out.sh
source "$HERE/scale_out.sh"
# shellcheck source=infra/tests/memory.sh
source "$HERE/memory.sh"

# How an ingest ends that read all its files to their ends and rejected some rows: done.
ROWS_REJECTED=0
TESTS=(
    test_ingest_twice test_sql test_verify test_notebooks test_wrong_use test_files
    test_up test_stop_and_restart test_postgres_dies test_external_parts test_lake_on_s3
    test_owners_lake test_stopped_ingest
    test_files_that_are_no_exports test_damaged_exports test_regions test_port_taken test_folder_of_another_version test_full_disk
    test_emulator test_connect test_rates test_websub test_retention
    test_prometheus test_real_kafka test_kafka_security test_scale_out test_memory
    test_faults test_late_rows test_refused_rows test_foreign_producers test_kills
)

test_kills() {
    section "kills"
    LIMIT=3000 succeeds "100 kills lose and double nothing" "$HERE/kills.sh" "$BIN" 100
}

main() {
    open_workshop "${1:?usage: run.sh BIN [TEST...]}"
    shift
    [ $# -eq 0 ] || TESTS=("$@")
    find_exports
    local test began
    for test in "${TESTS[@]}"; do
        began=$SECONDS
        "$test"
        echo "      $test took $((SECONDS - began)) s"
    done
    conclude
}

main "$@"
