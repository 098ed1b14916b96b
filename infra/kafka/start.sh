#!/usr/bin/env bash
# Runs one Apache Kafka node on this machine, in the foreground: broker and controller in one process (KRaft).
#
#   infra/kafka/start.sh DATA_DIR PORT [USER]
#
# It listens on the loopback only: for tests and measurements, not for use. Without USER, 127.0.0.1:PORT takes everybody.
# With USER, it takes that one, over TLS and with SCRAM-SHA-512 (SASL_SSL); the first start makes what a client needs for
# it: the certificate of the authority in DATA_DIR/ca.pem, the password in DATA_DIR/password. Started again on the same
# folder and port, it continues with the data it has. SIGTERM stops it in order.
set -euo pipefail

if [ $# -ne 2 ] && [ $# -ne 3 ]; then
    echo "usage: infra/kafka/start.sh DATA_DIR PORT [USER]" >&2
    exit 2
fi
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
DATA=$(cd "$1" && pwd)
PORT=$2
SASL_USER=${3:-}
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
    [ -z "$SASL_USER" ] || secure_properties "$controller" >>"$DATA/server.properties"
}

# The later of two lines is the one that counts. The node talks to itself on a port of its own, in plain text.
secure_properties() {
    local listeners
    listeners="CLIENTS://127.0.0.1:$PORT,PLAINTEXT://127.0.0.1:$(free_port)"
    cat <<PROPERTIES
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CLIENTS:SASL_SSL
listeners=$listeners,CONTROLLER://127.0.0.1:$1
advertised.listeners=$listeners,CONTROLLER://127.0.0.1:$1
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.clients.ssl.keystore.type=PEM
listener.name.clients.ssl.keystore.location=$DATA/server.pem
PROPERTIES
}

# An authority that lasts two days, and the server's key with its certificate. The authority's own key goes.
make_certificates() {
    local key="$DATA/authority.key" request="$DATA/server.csr"
    local new=(-newkey ec -pkeyopt "ec_paramgen_curve:P-256" -nodes)
    openssl req -x509 "${new[@]}" -days 2 -subj "/CN=authority of a test" -keyout "$key" -out "$DATA/ca.pem" &&
        openssl req "${new[@]}" -subj "/CN=localhost" -keyout "$DATA/server.pem" -out "$request" &&
        openssl x509 -req -in "$request" -CA "$DATA/ca.pem" -CAkey "$key" -set_serial 1 -days 2 \
            -extfile <(echo "subjectAltName = IP:127.0.0.1, DNS:localhost") >>"$DATA/server.pem" &&
        rm "$key" "$request"
}

make_secrets() {
    umask 077
    make_certificates 2>"$DATA/openssl.out" || { cat "$DATA/openssl.out" >&2; exit 1; }
    openssl rand -hex 16 >"$DATA/password"
    SCRAM=(--add-scram "SCRAM-SHA-512=[name=$SASL_USER,password=$(cat "$DATA/password")]")
}

write_properties
if [ ! -e "$DATA/log/meta.properties" ]; then
    SCRAM=()
    [ -z "$SASL_USER" ] || make_secrets
    CLUSTER=$("$JAVA" -cp "$LIB/*" kafka.tools.StorageTool random-uuid)
    "$JAVA" -cp "$LIB/*" kafka.tools.StorageTool format --cluster-id "$CLUSTER" \
        --config "$DATA/server.properties" --standalone "${SCRAM[@]}" >"$DATA/format.out" 2>&1 ||
        { cat "$DATA/format.out" >&2; exit 1; }
fi

exec "$JAVA" -Xms256m -Xmx512m -XX:+UseG1GC -XX:MaxDirectMemorySize=256m \
    -Djava.awt.headless=true -cp "$LIB/*" kafka.Kafka "$DATA/server.properties"
