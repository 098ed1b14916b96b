#!/usr/bin/env bash
# Runs one Apache Kafka node on this machine, in the foreground: broker and controller in one process (KRaft).
#
#   infra/kafka/start.sh DATA_DIR PORT
#
# It listens on 127.0.0.1:PORT only, without authentication: for tests and measurements, not for use. Started again on
# the same folder and port, it continues with the data it has. SIGTERM stops it in order.
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: infra/kafka/start.sh DATA_DIR PORT" >&2
    exit 2
fi
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
DATA=$(cd "$1" && pwd)
PORT=$2
LIB=$("$HERE/fetch.sh")
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The controller's port is the node's own business; any free one will do, at every start.
write_properties() {
    local controller
    controller=$(free_port)
    sed -e "s|@DATA@|$DATA|g" -e "s|@PORT@|$PORT|g" -e "s|@CONTROLLER@|$controller|g" \
        "$HERE/server.properties" >"$DATA/server.properties"
}

write_properties
if [ ! -e "$DATA/log/meta.properties" ]; then
    CLUSTER=$("$JAVA" -cp "$LIB/*" kafka.tools.StorageTool random-uuid)
    "$JAVA" -cp "$LIB/*" kafka.tools.StorageTool format --cluster-id "$CLUSTER" \
        --config "$DATA/server.properties" --standalone >"$DATA/format.out" 2>&1 ||
        { cat "$DATA/format.out" >&2; exit 1; }
fi

exec "$JAVA" -Xms256m -Xmx512m -XX:+UseG1GC -XX:MaxDirectMemorySize=256m \
    -Djava.awt.headless=true -cp "$LIB/*" kafka.Kafka "$DATA/server.properties"
