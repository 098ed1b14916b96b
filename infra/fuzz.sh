#!/usr/bin/env bash
# Fuzzes the parsers with cargo-fuzz (libFuzzer), from real samples where YTEMPIRE_SHARED_DATA is set.
#
#   infra/fuzz.sh TARGET [SECONDS]        TARGET: files or answers; 60 seconds unless told
#
# Needs a nightly compiler; installs cargo-fuzz once. What it finds is kept below the cache folder, and printed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../ingest"
target=${1:?usage: fuzz.sh files|answers [SECONDS]} seconds=${2:-60}
work=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire/fuzz
case $target in
    files) folders="youtube-trending youtube-studio google-trends" pattern='*.csv.gz' ;;
    answers) folders="youtube-api-samples reddit" pattern='*.json.gz' ;;
    *) echo "fuzz: there is no target $target: files or answers" >&2 && exit 2 ;;
esac
cargo +nightly --version >/dev/null || { echo "fuzz: a nightly compiler is missing: rustup toolchain install nightly" >&2; exit 1; }
cargo fuzz --version >/dev/null 2>&1 || { echo "fuzz: installing cargo-fuzz"; cargo install --locked cargo-fuzz; }

mkdir -p "$work/seeds-$target" "$work/corpus-$target" "$work/found-$target"
for folder in $folders; do
    [ -d "${YTEMPIRE_SHARED_DATA:-}/$folder" ] || continue
    while IFS= read -r -d '' sample; do
        name=$(printf '%s' "$sample" | cksum | cut -d ' ' -f 1)
        gzip -dc "$sample" 2>/dev/null | head -c 6000 >"$work/seeds-$target/$name" || true
    done < <(find "$YTEMPIRE_SHARED_DATA/$folder" -name "$pattern" -print0)
done
echo "fuzz: $target for $seconds s, from $(find "$work/seeds-$target" -type f | wc -l) seeds"
CARGO_TARGET_DIR=$work/target cargo +nightly fuzz run --fuzz-dir fuzz "$target" "$work/corpus-$target" "$work/seeds-$target" -- \
    -max_total_time="$seconds" -max_len=8000 -timeout=20 -artifact_prefix="$work/found-$target/"
