#!/usr/bin/env bash
# The peer, measured: Spark Structured Streaming drains the topic of video snapshots into a Delta table.
#
#   infra/bench/spark/spark.sh BROKERS
#
# Prints the report alone. What Spark says is shown only when it fails. Nothing is left behind but the cache.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: infra/bench/spark/spark.sh BROKERS" >&2
    exit 2
fi
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOPIC=youtube.video-snapshots.v1
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java

java_major=$("$JAVA" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
if [ "${java_major:-0}" -lt 17 ]; then
    echo "spark: Java 17 or newer is needed, $JAVA is ${java_major:-missing}: infra/bootstrap.sh test installs it" >&2
    exit 1
fi
SPARK=$("$HERE/fetch.sh" | tail -n 1)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# A Spark of the user's own would otherwise be taken, or its settings. SPARK_LOCAL_IP: no look-up of the machine's name.
cd "$WORK"
env -u SPARK_HOME -u SPARK_CONF_DIR -u SPARK_LOCAL_DIRS -u HADOOP_CONF_DIR -u PYSPARK_SUBMIT_ARGS -u PYTHONPATH \
    SPARK_LOCAL_IP=127.0.0.1 TMPDIR="$WORK" CLASS_PATH="$SPARK/jars/*" \
    "$SPARK/venv/bin/python" "$HERE/topic_to_delta.py" "$1" "$TOPIC" "$WORK/out" >report 2>log ||
    { tail -n 60 log >&2; exit 1; }
cat report
