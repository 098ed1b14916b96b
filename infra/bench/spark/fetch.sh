#!/usr/bin/env bash
# Puts Spark into the cache, once, and prints the folder that holds it: venv (Python with pyspark, which carries Spark's
# own jars) and jars (those of Kafka and Delta).
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VERSION=$(sed -n 's/^pyspark==//p' "$HERE/requirements.txt")
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire
FOLDER=$CACHE/spark-$VERSION
PYTHON=${PYTHON:-python3}

# What fits: the same lists, and an interpreter that still runs.
WANTED=$({ cat "$HERE/pom.xml" "$HERE/requirements.txt"; "$PYTHON" -VV; } | sha256sum)
is_complete() {
    [ "$(cat "$FOLDER/.complete" 2>/dev/null)" = "$WANTED" ] && "$FOLDER/venv/bin/python" -c '' 2>/dev/null
}

# quietly COMMAND...: what it says is shown only when it fails.
quietly() {
    "$@" >"$FOLDER/fetch.log" 2>&1 </dev/null || { tail -n 40 "$FOLDER/fetch.log" >&2; exit 1; }
}

fetch() {
    rm -rf "$FOLDER"
    mkdir -p "$FOLDER"
    echo "spark: fetching the jars of Kafka and Delta for Spark $VERSION from Maven's repository (18 MB)" >&2
    quietly mvn --batch-mode --quiet --file "$HERE/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$FOLDER/jars"
    echo "spark: installing pyspark $VERSION into $FOLDER/venv (430 MB to fetch; about a minute)" >&2
    quietly "$PYTHON" -m venv "$FOLDER/venv"
    # Without pip's cache, which would keep it twice more.
    quietly "$FOLDER/venv/bin/python" -m pip install --no-input --disable-pip-version-check --no-cache-dir \
        --requirement "$HERE/requirements.txt"
    rm "$FOLDER/fetch.log"
    echo "$WANTED" >"$FOLDER/.complete"
}

# Two at once would install into one folder.
mkdir -p "$CACHE"
exec 9>"$CACHE/spark.lock"
flock --nonblock 9 || { echo "spark: somebody else is fetching it; waiting" >&2; flock 9; }
is_complete || fetch
echo "$FOLDER"
