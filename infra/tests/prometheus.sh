# Alert rules, their unit tests, and a real Prometheus that scrapes a running platform. Sourced by run.sh.
# shellcheck shell=bash

RULES=$INFRA/prometheus/rules

test_prometheus() {
    section "Prometheus"
    succeeds "the configuration is valid" promtool check config "$INFRA/prometheus/prometheus.yml"
    succeeds "the rules are valid" promtool check rules "$RULES/ytempire.yml"
    succeeds "every alert fires when it must, and only then" promtool test rules "$RULES/ytempire_test.yml"
    DATA=$WORK/prometheus-platform
    # with demo data, so that pipelines and sources have something to tell
    start_up || return 0
    if start_prometheus; then
        comes_true "it scrapes the platform" is_scraped
        comes_true "pipelines are measured" pipelines_are_measured
        comes_true "every rule is evaluated without an error" rules_are_well
        dashboard_is_true
        signal_up TERM
        ends_with 0 "SIGTERM ends the platform in order"
        comes_true "Prometheus notices that it is gone" down_is_alerted
        stop_prometheus
    else
        signal_up TERM
    fi
}

# The configuration as it is delivered, but of our target, and in a hurry.
write_prometheus_configuration() {
    sed -e "s|127\.0\.0\.1:8080|${URL#http://}|" -e "s|- rules/|- $RULES/|" \
        -e 's/\(_interval\|_timeout\): .*/\1: 1s/' "$INFRA/prometheus/prometheus.yml" >"$WORK/prometheus.yml"
}

# Sets PROMETHEUS, its process, and PROMETHEUS_URL.
start_prometheus() {
    local port
    port=$(free_port)
    PROMETHEUS_URL=http://127.0.0.1:$port
    write_prometheus_configuration
    prometheus --config.file="$WORK/prometheus.yml" --storage.tsdb.path="$WORK/prometheus" \
        --web.listen-address="127.0.0.1:$port" >"$WORK/prometheus.log" 2>&1 </dev/null &
    PROMETHEUS=$!
    STARTED+=("$PROMETHEUS")
    if until_true 60 curl --silent --fail --max-time 5 "$PROMETHEUS_URL/-/ready"; then
        passed "Prometheus is ready"
    else
        failed "Prometheus is ready within 60 s" "$(tail -n 20 "$WORK/prometheus.log")"
        return 1
    fi
}

stop_prometheus() {
    CODE=0
    kill "$PROMETHEUS" 2>/dev/null || true
    if until_true 30 gone "$PROMETHEUS"; then wait "$PROMETHEUS" 2>/dev/null || CODE=$?; else CODE="none within 30 s"; fi
    cp "$WORK/prometheus.log" "$ERR"
    ends_with 0 "SIGTERM ends Prometheus in order"
}

# prometheus_says PATH [NAME=VALUE]: the answer of its API is in $OUT.
prometheus_says() {
    curl --silent --show-error --max-time 30 --get "$PROMETHEUS_URL/api/v1/$1" ${2:+--data-urlencode "$2"} --output "$OUT" 2>"$ERR"
}

is_scraped() {
    prometheus_says query 'query=up{job="ytempire"} == 1' &&
        [ "$(json '[r["metric"]["instance"] for r in d["data"]["result"]]')" = "['${URL#http://}']" ]
}

pipelines_are_measured() {
    local name
    for name in pipeline_records_total pipeline_queryable_seconds kafka_consumergroup_lag; do
        prometheus_says query "query=count($name{job=\"ytempire\"}) > 0"
        [ "$(json 'len(d["data"]["result"])')" = 1 ] || return 1
    done
}

# All of the file are there, and each has been evaluated.
rules_are_well() {
    prometheus_says rules &&
        [ "$(json '{r["health"] for g in d["data"]["groups"] for r in g["rules"]}')" = "{'ok'}" ] &&
        [ "$(json 'sum(len(g["rules"]) for g in d["data"]["groups"])')" = "$(grep -cE '^ *- (alert|record): ' "$RULES/ytempire.yml")" ]
}

# Pending for a minute before it fires.
down_is_alerted() {
    prometheus_says alerts && [ "$(json '"YtempireDown" in [a["labels"]["alertname"] for a in d["data"]["alerts"]]')" = True ]
}

# Rates need two looks, and sources some seconds until they have read all they have.
dashboard_is_true() {
    until_true 120 dashboard_finds_its_data || true
    succeeds "the dashboard's and the rules' expressions hold" "$PYTHON" "$CHECKS/check_dashboard.py" "$PROMETHEUS_URL" "$WORK/metrics.txt"
}

dashboard_finds_its_data() {
    http /v1/trending
    http /metrics
    cp "$OUT" "$WORK/metrics.txt"
    "$PYTHON" "$CHECKS/check_dashboard.py" "$PROMETHEUS_URL" "$WORK/metrics.txt"
}
