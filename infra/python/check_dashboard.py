#!/usr/bin/env python3
"""Asks a running Prometheus whether the dashboard and the rules are true of the platform that it scrapes.

    check_dashboard.py PROMETHEUS_URL METRICS_TEXT

METRICS_TEXT is a file with what `/metrics` said. Every expression must be accepted and every metric exist; every panel
must have a unit, a description and (but for OPTIONAL_ROWS) data; every rule must be loaded, and every alert say what to
do. Ends with 1 otherwise.
"""

from __future__ import annotations

import json
import math
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

INFRA = Path(__file__).resolve().parent.parent
DASHBOARD = INFRA / "grafana" / "dashboards" / "ytempire.json"
RULES = INFRA / "prometheus" / "rules" / "ytempire.yml"

# What happens seldom has no data on a platform that has just begun.
OPTIONAL_ROWS = {"Webhooks and removal"}
# Counters that are not there before their first count; that the platform has them shows in its sources only.
LATE = {
    "ingest_put_off_total",
    "ingest_webhooks_total",
    "ingest_withheld_total",
    "kafka_consumergroup_uncommitted_partitions",
    "pipeline_failures_total",
    "pipeline_late_rows_total",
    "pipeline_refused_rows_total",
    "pipeline_rejected_records_total",
    "retention_rows_removed_total",
}
# Prometheus' own.
BUILT_IN = {"up", "ALERTS"}
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool"}


class Prometheus:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def get(self, path: str, **parameters: str) -> dict:
        """The answer's data; ValueError with Prometheus' own words when it refuses."""
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refusal:
            text = refusal.read().decode(errors="replace")
            raise ValueError(json.loads(text)["error"] if text.startswith("{") else text) from refusal

    def has_data(self, expression: str) -> bool:
        found = self.get("query", query=expression)["result"]
        return any(not math.isnan(float(sample["value"][1])) for sample in found)


def filled_in(expression: str) -> str:
    """With values in the place of Grafana's variables."""
    expression = re.sub(r"\$(__rate_interval|\{__rate_interval\})", "1m", expression)
    return re.sub(r"\$(\w+|\{\w+(:\w+)?\})", ".*", expression)


def metrics_in(expression: str) -> set[str]:
    """Names that are neither labels, functions, words of PromQL, durations nor text."""
    bare = re.sub(r'"(\\.|[^"\\])*"', "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    names = re.findall(r"(?<![\w:.])([A-Za-z_:][\w:]*)\b(?!\s*\()", bare)
    return {name for name in names if name.lower() not in WORDS}


def panels_of(dashboard: dict) -> list[tuple[str, dict]]:
    """Panels with the title of their row; a folded row holds its panels."""
    found, row = [], ""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
            found += [(row, inner) for inner in panel.get("panels", [])]
        else:
            found.append((row, panel))
    return found


def query_of(variable: dict) -> str:
    """What a variable asks: the series of `label_values(SERIES, LABEL)`."""
    found = re.fullmatch(r"label_values\((.*), *\w+\)", variable["query"]["query"])
    return found[1] if found else variable["query"]["query"]


class Check:
    def __init__(self, prometheus: Prometheus, exposed: set[str]) -> None:
        self.prometheus = prometheus
        self.exposed = exposed
        self.faults: list[str] = []
        self.expressions = 0
        named = re.compile(r'^\s*- (record|alert): "?([\w:]+)', re.MULTILINE)
        self.named = {name: kind for kind, name in named.findall(RULES.read_text(encoding="utf-8"))}
        sources = (path for crate in ("api", "ingest", "streams", "infra") for path in rust_of(INFRA.parent / crate))
        self.source = "\n".join(path.read_text(encoding="utf-8") for path in sources)

    def expression(self, where: str, expression: str, must_have_data: bool = False) -> bool:
        """Whether it has data; where there must be some, its lack is a fault, too."""
        self.expressions += 1
        expression = filled_in(expression)
        for name in sorted(metrics_in(expression)):
            self.metric(where, name)
        try:
            has_data = self.prometheus.has_data(expression)
        except ValueError as refusal:
            self.faults.append(f"{where}: {refusal}: {expression}")
            return True
        if must_have_data and not has_data:
            self.faults.append(f"{where}: no data: {expression}")
        return has_data

    def metric(self, where: str, name: str) -> None:
        if name in BUILT_IN or name in self.exposed or self.named.get(name) == "record":
            return
        if name not in LATE:
            self.faults.append(f"{where}: there is no metric {name}")
        elif f'"{name}"' not in self.source:
            self.faults.append(f"{where}: no source counts {name}")

    def panel(self, row: str, panel: dict) -> None:
        where = f"panel {row} / {panel['title']}"
        stated = {"description": panel.get("description"), "unit": panel["fieldConfig"]["defaults"].get("unit")}
        self.faults += [f"{where}: no {part}" for part, value in stated.items() if not value]
        has_data = [self.expression(where, target["expr"]) for target in panel["targets"]]
        if row not in OPTIONAL_ROWS and not any(has_data):
            self.faults.append(f"{where}: no data: {' | '.join(filled_in(t['expr']) for t in panel['targets'])}")

    def dashboard(self, dashboard: dict) -> None:
        for row, panel in panels_of(dashboard):
            self.panel(row, panel)
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                self.expression(f"variable {variable['name']}", query_of(variable), must_have_data=True)
        for annotation in dashboard["annotations"]["list"]:
            if "expr" in annotation:
                self.expression(f"annotation {annotation['name']}", annotation["expr"])

    def rules(self) -> None:
        loaded = [rule for group in self.prometheus.get("rules")["groups"] for rule in group["rules"]]
        missing = self.named.keys() - {rule["name"] for rule in loaded}
        self.faults += [f"rule {name}: Prometheus has not loaded it" for name in sorted(missing)]
        for rule in loaded:
            where = f"rule {rule['name']}"
            self.expression(where, rule["query"])
            if rule["type"] == "alerting":
                self.advice(where, rule["annotations"])

    def advice(self, where: str, annotations: dict) -> None:
        self.faults += [f"{where}: no {part}" for part in ("summary", "description") if not annotations.get(part)]
        if "`ytempire " not in annotations.get("description", ""):
            self.faults.append(f"{where}: its description names no command to run")


def rust_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.rs") if not {"target", "node_modules"} & set(path.parts)]


def exposed_by(text: str) -> set[str]:
    return {re.split(r"[{ ]", line, maxsplit=1)[0] for line in text.splitlines() if line and not line.startswith("#")}


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: check_dashboard.py PROMETHEUS_URL METRICS_TEXT", file=sys.stderr)
        return 2
    check = Check(Prometheus(sys.argv[1]), exposed_by(Path(sys.argv[2]).read_text(encoding="utf-8")))
    check.dashboard(json.loads(DASHBOARD.read_text(encoding="utf-8")))
    check.rules()
    for fault in check.faults:
        print(fault)
    print(f"{check.expressions} expressions, {len(check.named)} rules; {len(check.faults)} faults")
    return 1 if check.faults or not check.expressions else 0


if __name__ == "__main__":
    sys.exit(main())
