#!/usr/bin/env bash
# Copies the jars of Apache Kafka into the cache, once, and prints the folder that holds them.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VERSION=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$HERE/pom.xml" | head -n 1)
LIB=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire/kafka-$VERSION/lib

if [ ! -e "$LIB/.complete" ]; then
    echo "kafka: fetching Apache Kafka $VERSION from Maven's repository (110 MB)" >&2
    fetched=$LIB.$$
    mkdir -p "$fetched"
    trap 'rm -rf "$fetched" "$fetched.log"' EXIT
    mvn --batch-mode --quiet --file "$HERE/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$fetched" >"$fetched.log" 2>&1 </dev/null ||
        { cat "$fetched.log" >&2; exit 1; }
    touch "$fetched/.complete"
    rm -rf "$LIB"
    mv -T "$fetched" "$LIB"
fi
echo "$LIB"
