"""Rules, dashboard and runbook speak of what the code has, and of each other."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from tests.unit.deploy import promql

from wireroom.cli.commands import parser
from wireroom.cli.composition import SERVICES
from wireroom.cli.reference import METRICS
from wireroom.cli.settings import variables

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "prometheus" / "rules" / "wireroom.yml"
TESTS = sorted((DEPLOY / "prometheus" / "rules" / "tests").glob("*.yml"))
RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text()
PAGES = sorted(page for folder in (DEPLOY, DEPLOY.parent, DEPLOY.parent / "docs")
               for page in folder.glob("*.md"))  # fmt: skip
SCRAPED = {"job", "instance"}  # what Prometheus adds
BUILT_IN = {"up": set[str](), "ALERTS": {"alertname", "alertstate", "severity"}}


class Loader(yaml.SafeLoader):
    """Knows Compose's own tags."""


def _tagged(loader: Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return None


for tag in ("!reset", "!override"):
    Loader.add_multi_constructor(tag, _tagged)


def load(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader)


def rules(kind: str) -> list[dict[str, Any]]:
    return [rule for group in load(RULES)["groups"] for rule in group["rules"] if kind in rule]


ALERTS = [rule["alert"] for rule in rules("alert")]


def known() -> dict[str, set[str]]:
    """Sample name → its labels, of all that our processes may serve and our rules record."""
    registry = CollectorRegistry()
    for kind in METRICS:
        kind(registry)
    found: dict[str, set[str]] = dict(BUILT_IN)
    for collector in registry._collector_to_names:
        metric: Any = collector
        labels = set(metric._labelnames)
        match metric._type:
            case "counter":
                found[f"{metric._name}_total"] = labels
            case "histogram":
                found[f"{metric._name}_bucket"] = labels | {"le"}
                found[f"{metric._name}_count"] = found[f"{metric._name}_sum"] = labels
            case _:
                found[metric._name] = labels
    every = set[str]().union(*found.values())
    ours = CollectorRegistry()
    for kind in (ProcessCollector, PlatformCollector, GCCollector):
        kind(registry=ours)
    for family in ours.collect():
        for sample in family.samples:
            found[sample.name] = set(sample.labels)
    for rule in rules("record"):
        found[rule["record"]] = promql.grouped_by(rule["expr"]) & every
    return found


KNOWN = known()


def dashboard() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboard", DEPLOY / "grafana" / "dashboard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # its dataclass looks its module up
    spec.loader.exec_module(module)
    return module


def panels() -> list[dict[str, Any]]:
    made = json.loads((DEPLOY / "grafana" / "dashboards" / "wireroom.json").read_text())
    return [panel for panel in made["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in rules("expr"):
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["expr"]


def complaints(expression: str) -> list[str]:
    found = []
    named = list(promql.selectors(expression))
    for selector in named:
        if selector.metric not in KNOWN:
            found.append(f"no metric {selector.metric}")
            continue
        wrong = set(selector.labels) - KNOWN[selector.metric] - SCRAPED
        found += [f"{selector.metric} has no label {label}" for label in sorted(wrong)]
    there = set[str]().union(*(KNOWN.get(s.metric, set()) for s in named)) | SCRAPED
    return found + [f"no label {label}" for label in sorted(promql.grouped_by(expression) - there)]


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.y*ml")), ids=lambda path: path.name)
def test_every_yaml_file_can_be_read(path: Path) -> None:
    assert load(path)


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_metric_and_label_exists_in_the_code(where: str, expression: str) -> None:
    assert complaints(expression) == []


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("rate(wireroom_record_in_total[5m])", "no metric wireroom_record_in_total"),
        ('wireroom_in_flight{host="a"}', "wireroom_in_flight has no label host"),
        ("sum by (sorce) (wireroom_in_flight)", "no label sorce"),
        ('a{b="c"} or on (stage) wireroom_in_flight', "no metric a"),
    ],
)
def test_a_wrong_name_is_found(expression: str, complaint: str) -> None:
    assert complaint in complaints(expression)


def test_no_metric_has_a_label_that_grows_with_the_news() -> None:
    allowed = {
        "stage", "topic", "partition", "outcome", "reason", "tier", "version", "le",
        "state", "phase", "kind", "result",
    }  # fmt: skip
    named = {label for name, labels in KNOWN.items() if name.startswith("wireroom_")
             for label in labels}  # fmt: skip
    assert named <= allowed


@pytest.mark.parametrize("rule", rules("alert"), ids=ALERTS)
def test_every_alert_names_its_weight_and_its_remedy(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["runbook"] == f"deploy/RUNBOOK.md#{rule['alert'].lower()}"


def test_the_runbook_has_an_entry_for_each_alert_and_no_other() -> None:
    headings = re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)
    assert sorted(headings) == sorted(ALERTS)
    for entry in RUNBOOK.split("\n## ")[1:]:
        assert "**Look.**" in entry, entry.splitlines()[0]
        assert "**Mend.**" in entry, entry.splitlines()[0]


def cases() -> list[dict[str, Any]]:
    return [case for path in TESTS for case in load(path)["tests"]]


def test_every_alert_has_a_firing_and_a_silent_case() -> None:
    tested: dict[str, set[bool]] = {}
    for case in cases():
        for check in case["alert_rule_test"]:
            tested.setdefault(check["alertname"], set()).add(bool(check["exp_alerts"]))
    assert tested == {alert: {True, False} for alert in ALERTS}


def test_the_cases_are_fed_with_metrics_that_exist() -> None:
    series = [given["series"] for case in cases() for given in case["input_series"]]
    assert [c for one in series for c in complaints(one)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_metrics_commands_and_settings_that_exist(page: Path) -> None:
    text = page.read_text()
    families = {re.sub("_(total|bucket|count|sum)$", "", name) for name in KNOWN}
    for name in re.findall(r"\bwireroom_[a-z_]+[a-z]\b", text):
        assert name in KNOWN or name in families, name
    for name in re.findall(r"\bWIREROOM_[A-Z_]+[A-Z]\b", text):
        assert name in variables(), name
    for line in re.findall(r"(?:^|`|/)wireroom ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE):
        assert is_command(line.split()), line


def is_command(words: list[str]) -> bool:
    """Whether the first word is a command and the second, if there has to be one, its action."""
    commands = choices(parser())
    if words[0] not in commands:
        return False
    command = commands[words[0]]
    if words[1:] and (actions := choices(command)):
        return words[1] in actions
    return not any(
        isinstance(action, argparse._SubParsersAction) and action.required
        for action in command._actions
    )


def choices(command: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def test_the_dashboard_is_what_its_script_makes() -> None:
    made = (DEPLOY / "grafana" / "dashboards" / "wireroom.json").read_text()
    assert made == dashboard().text(), "run make dashboard"


def test_panels_overlap_nowhere_and_ask_the_provisioned_source() -> None:
    sources = load(DEPLOY / "grafana" / "provisioning" / "datasources" / "wireroom.yaml")
    uid = sources["datasources"][0]["uid"]
    covered: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["datasource"]["uid"] == uid
        place = panel["gridPos"]
        cells = {(place["x"] + dx, place["y"] + dy)
                 for dx in range(place["w"]) for dy in range(place["h"])}  # fmt: skip
        assert not covered & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        covered |= cells


def test_grafana_finds_what_is_provisioned() -> None:
    mounts = load(DEPLOY / "compose.yaml")["services"]["grafana"]["volumes"]
    provider = load(DEPLOY / "grafana" / "provisioning" / "dashboards" / "wireroom.yaml")
    path = provider["providers"][0]["options"]["path"]
    assert f"./grafana/dashboards:{path}:ro" in mounts
    assert "./grafana/provisioning:/etc/grafana/provisioning:ro" in mounts


def test_prometheus_scrapes_every_service_under_the_job_that_the_rules_name() -> None:
    jobs = {job["job_name"]: job for job in
            load(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]}  # fmt: skip
    assert set(jobs["wireroom"]["dns_sd_configs"][0]["names"]) == set(SERVICES)
    named = re.findall(r'job="(\w+)"', RULES.read_text())
    assert set(named) <= set(jobs)
