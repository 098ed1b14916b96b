# Apache Kafka that asks for TLS and a login: settings that fit, and what is told of those that don't. Sourced by run.sh.
# shellcheck shell=bash

test_kafka_security() {
    section "Apache Kafka over TLS with SCRAM"
    SECURE=$WORK/secure-broker
    SECURE_PORT=$(free_port)
    if start_secure_kafka; then
        pushd "$WORK" >/dev/null || return 0
        right_settings
        DATA=$WORK/secure-refused
        wrong_login
        wrong_authority
        wrong_protocol
        properties_that_do_not_fit
        rm -f "$WORK/ytempire.toml"
        popd >/dev/null || return 0
    fi
    kill "$SECURE_KAFKA" 2>/dev/null || true
    wait "$SECURE_KAFKA" 2>/dev/null || true
}

# Sets SECURE_KAFKA, its process, and PASSWORD.
start_secure_kafka() {
    "$INFRA/kafka/start.sh" "$SECURE" "$SECURE_PORT" tester >"$WORK/secure-kafka.log" 2>&1 </dev/null &
    SECURE_KAFKA=$!
    STARTED+=("$SECURE_KAFKA")
    if until_true 120 answers_tester; then
        PASSWORD=$(cat "$SECURE/password")
        return
    fi
    failed "a Kafka with TLS and SCRAM answers within 120 s" "$(tail -n 20 "$WORK/secure-kafka.log")"
    return 1
}

# The client of somebody else, with the same settings.
answers_tester() {
    timeout 10 "$PYTHON" - "127.0.0.1:$SECURE_PORT" "$SECURE" <<'PYTHON'
import sys
from pathlib import Path
from confluent_kafka.admin import AdminClient

folder = Path(sys.argv[2])
AdminClient({
    "bootstrap.servers": sys.argv[1], "log_level": 0, "security.protocol": "SASL_SSL",
    "ssl.ca.location": str(folder / "ca.pem"), "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "tester", "sasl.password": (folder / "password").read_text().strip(),
}).list_topics(timeout=5)
PYTHON
}

# with_properties [NAME=VALUE...]: writes ytempire.toml with what the broker asks for; a VALUE replaces that of its NAME, and an
# empty one takes it out.
with_properties() {
    local -A properties=(
        [security.protocol]=SASL_SSL [ssl.ca.location]=$SECURE/ca.pem
        [sasl.mechanism]=SCRAM-SHA-512 [sasl.username]=tester [sasl.password]=$PASSWORD
    )
    local property name
    for property in "$@"; do properties[${property%%=*}]=${property#*=}; done
    {
        printf '[kafka]\nbrokers = "127.0.0.1:%s"\n[kafka.properties]\n' "$SECURE_PORT"
        for name in "${!properties[@]}"; do
            [ -z "${properties[$name]}" ] || printf '"%s" = "%s"\n' "$name" "${properties[$name]}"
        done
    } >"$WORK/ytempire.toml"
}

# silent_of TEXT NAME: the last ytempire printed it nowhere.
silent_of() {
    equals "$2" "$(cat "$OUT" "$ERR" | grep --count --fixed-strings -e "$1")" 0
}

# refused_with REGEX NAME: an ingest with these settings ends soon, and says that.
refused_with() {
    LIMIT=60 ytempire ingest trending "${SMALL_FILES[@]}"
    ends_with 1 "$2 is refused within a minute"
    says "$1" "$2: the message says why"
    silent_of "$PASSWORD" "$2: the password is told nowhere"
}

right_settings() {
    DATA=$WORK/secure
    with_properties
    ytempire --json -vv ingest trending "${SMALL_FILES[@]}"
    ends_with "$ROWS_REJECTED" "an ingest over TLS with a login"
    silent_of "$PASSWORD" "its log does not tell the password"
    cp "$OUT" "$WORK/secure.json"
    succeeds "its summary is true" "$PYTHON" "$CHECKS/check_summary.py" "$WORK/secure.json" "$SMALL" first
    ytempire verify
    ends_with 0 "verify agrees"
    ytempire lag --json
    ends_with 0 "lag over TLS with a login"
    equals "no group of ours is behind" "$(json '{r["behind"] for r in d}')" "{0}"
    equals "nor is one left out" "$(json '"views" in {r["group"] for r in d} and sum(r["group"].startswith("bronze.") for r in d) > 1')" True
    ytempire lag --json --brokers "127.0.0.1:$SECURE_PORT"
    ends_with 0 "so is a cluster named on the command line"
    ytempire doctor
    ends_with 0 "doctor is content"
    settings_are_shown
}

settings_are_shown() {
    local json
    for json in "" --json; do
        # shellcheck disable=SC2086 # no word is no argument
        ytempire config show $json
        ends_with 0 "config show $json"
        silent_of "$PASSWORD" "it hides the password"
        says "sasl\.password.*\*\*\*" "but not that there is one"
        says "SCRAM-SHA-512" "what is no secret is shown"
    done
}

wrong_login() {
    with_properties sasl.password=planted-wrong-password
    refused_with "authentication" "a wrong password"
    silent_of planted-wrong-password "nor is the wrong one"
    says "sasl\.password" "the message names the settings to look at"
    LIMIT=60 ytempire lag --brokers "127.0.0.1:$SECURE_PORT"
    ends_with 1 "lag with a wrong password"
    says "authentication" "lag says why, too"
    LIMIT=60 ytempire -vv doctor
    ends_with 1 "doctor with a wrong password"
    says "authentication" "doctor says why, too"
    silent_of planted-wrong-password "and its log does not tell the password"
    with_properties sasl.mechanism=SCRAM-SHA-256
    refused_with "SCRAM-SHA-256.*SCRAM-SHA-512" "a mechanism that the broker does not have"
}

wrong_authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=somebody else" \
        -keyout "$WORK/stranger.key" -out "$WORK/stranger.pem" 2>/dev/null
    with_properties "ssl.ca.location=$WORK/stranger.pem"
    refused_with "certificate" "a certificate of another authority"
    says "ssl\.ca\.location" "the message names the setting"
    LIMIT=60 ytempire lag --brokers "127.0.0.1:$SECURE_PORT"
    ends_with 1 "lag with a certificate of another authority"
    says "ssl\.ca\.location" "lag names the setting, too"
    with_properties "ssl.ca.location=$WORK/absent.pem"
    refused_with "ssl\.ca\.location" "an authority that is not there"
}

# The broker hangs up and gives no reason: all that can be told is where to look.
wrong_protocol() {
    with_properties security.protocol= ssl.ca.location= sasl.mechanism= sasl.username= sasl.password=
    refused_with "security\.protocol" "plain text against TLS"
    with_properties security.protocol=SASL_PLAINTEXT
    refused_with "security\.protocol" "a login in plain text against TLS"
    with_properties security.protocol=SSL sasl.mechanism= sasl.username= sasl.password=
    refused_with "security\.protocol" "TLS without the login"
}

properties_that_do_not_fit() {
    with_properties security.protocol=SASL_TLS
    refused_with "SASL_TLS.*security\.protocol|security\.protocol.*SASL_TLS" "a protocol that does not exist"
    says "kafka\.properties" "the message names the table to look into"
    with_properties sasl.password= "sasl.pasword=$PASSWORD"
    refused_with "sasl\.pasword" "a property that does not exist"
    says "kafka\.properties" "the message names the table to look into"
}
