"""What can be said of the containers without an engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from wireroom.cli.composition import SERVICES
from wireroom.cli.settings import variables
from wireroom.runtime.worker import DRAIN
from wireroom.wire.kafka.consumer import STOP_LIMIT

DEPLOY = Path(__file__).parents[3] / "deploy"
FILES = ("compose.yaml", "compose.external.yaml")
ONCE = ("migrate", "topics", "schemas", "passwords")


class Loader(yaml.SafeLoader):
    """Takes Compose's own tags for what they hold."""


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True)  # type: ignore[arg-type]  # no scalars here


Loader.add_multi_constructor("!", _plain)


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((DEPLOY / name).read_text(), Loader)  # a SafeLoader
    return found


def services() -> dict[str, Any]:
    found: dict[str, Any] = load("compose.yaml")["services"]
    return found


@pytest.mark.parametrize("name", services())
def test_every_container_is_limited_and_may_nothing_special(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert name in (*ONCE, *SERVICES, "kafka-ui") or service["healthcheck"]["test"]


@pytest.mark.parametrize("name", services())
def test_every_image_has_a_tag_and_every_port_the_address_of_the_setting(name: str) -> None:
    service = services()[name]
    tag = service["image"].partition(":")[2]
    assert tag
    assert "latest" not in tag
    for port in service.get("ports", ()):
        assert port.startswith("${BIND_ADDRESS:-127.0.0.1}:${")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_of_ours_has_a_container_that_cannot_be_written_to(name: str) -> None:
    service = services()[name]
    assert service["command"] == ["run", name]
    assert service["read_only"]
    assert set(service["depends_on"]) >= {"migrate", "topics"}
    assert int(service["stop_grace_period"].removesuffix("s")) > DRAIN + STOP_LIMIT


@pytest.mark.parametrize("file", FILES)
def test_no_password_stands_in_the_environment(file: str) -> None:
    for service in load(file)["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or name.endswith("_FILE"), name
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), name


def test_every_setting_that_is_named_exists() -> None:
    known = variables()
    for file in (*FILES, ".env.example", "Dockerfile"):
        for name in re.findall(r"\bWIREROOM_[A-Z0-9_]+\b", (DEPLOY / file).read_text()):
            assert name in known, f"{name} in {file}"


def test_the_example_shows_every_variable_with_its_default() -> None:
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.M))
    used: dict[str, str] = {}
    for file in FILES:
        for name, rest in re.findall(r"\$\{([A-Z_]+)(:[-?][^}]*)?\}", (DEPLOY / file).read_text()):
            used.setdefault(name, rest)
    assert used.keys() - shown.keys() <= {"ENV_FILE"}
    for name, rest in used.items():
        if rest.startswith(":-") and rest != ":-" and name in shown:
            assert shown[name] == rest[2:], name


def test_a_setting_of_ours_that_the_example_shows_has_its_true_default() -> None:
    from wireroom.cli.admin import masked
    from wireroom.cli.settings import PARTS

    shown = re.findall(r"^#(WIREROOM_\w+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.M)
    set_here = {"WIREROOM_FETCH_CONTACT", "WIREROOM_LOG_FORMAT", "WIREROOM_CLEAN_PROCESSES"}
    for name, value in shown:
        part, field = variables()[name]
        if name not in set_here:
            assert masked(PARTS[part].model_fields[field].default) == value, name


def test_the_broker_takes_the_largest_dead_letter() -> None:
    from wireroom.cli.composition import all_topics

    limit = services()["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"]
    assert limit >= max(topic.max_bytes for topic in all_topics())


def test_the_overlay_for_servers_of_ones_own_takes_every_service_off_the_bundled_ones() -> None:
    overlaid = load("compose.external.yaml")["services"]
    for name in SERVICES:
        assert {"kafka", "postgres"}.isdisjoint(overlaid[name]["depends_on"]), name
