from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wireroom.wire.event import Event
from wireroom.wire.schemas import Schemas, fingerprint_of, folder

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "schemas"
sys.path.insert(0, str(SOURCE))  # scripts, not a package
from compatibility import differences  # noqa: E402  # behind the path
from lock import entries  # noqa: E402  # behind the path


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SOURCE / script, *arguments], capture_output=True, text=True, check=False
    )


def raw(name: str = "article_cleaned") -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SOURCE / f"{name}.avsc").read_text())
    return loaded


@pytest.mark.parametrize("script", ["lock.py", "generate.py"])
def test_what_is_derived_is_up_to_date(script: str) -> None:
    done = run(script, "--check")
    assert done.returncode == 0, done.stderr


def test_every_event_has_a_locked_schema_of_its_topic() -> None:
    schemas = Schemas()
    for kind in Event.__subclasses__():
        schema = schemas.current(kind.__name__)
        assert schema.subject == f"{kind.topic}-value"
        assert schemas.by_id(schema.id) is schema
        assert schema.fingerprint == fingerprint_of(schema.raw)
    assert [schema.id for schema in schemas] == list(range(1, len(list(schemas)) + 1))
    assert folder() == SOURCE


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for path in (*SOURCE.glob("*.avsc"), SOURCE / "schema.lock.json"):
        shutil.copy(path, tmp_path)
    shutil.copytree(SOURCE / "released", tmp_path / "released")
    return tmp_path


def test_a_schema_that_is_not_locked_stops_the_start(copied: Path) -> None:
    changed = raw()
    changed["fields"].append({"name": "more", "type": "string", "default": ""})
    (copied / "article_cleaned.avsc").write_text(json.dumps(changed))
    with pytest.raises(ValueError, match="has no file for its lock"):
        Schemas(copied)
    (copied / "released").mkdir(exist_ok=True)
    (copied / "released" / "article_cleaned.1.avsc").write_text(json.dumps(raw()))
    with pytest.raises(ValueError, match=r"not in schema\.lock\.json"):
        Schemas(copied)


# What a new version may change


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return next(f for f in schema["fields"] if f["name"] == name)


def add_required(schema: dict[str, Any]) -> None:
    schema["fields"].append({"name": "more", "type": "string"})


def change_type(schema: dict[str, Any]) -> None:
    field(schema, "subject_id")["type"] = "bytes"


def promote(schema: dict[str, Any]) -> None:
    field(schema, "record_partition")["type"] = "long"


def remove_required(schema: dict[str, Any]) -> None:
    schema["fields"] = [f for f in schema["fields"] if f["name"] != "stage"]


def narrow(schema: dict[str, Any]) -> None:
    field(schema, "reason")["type"] = "string"


def deep_required(schema: dict[str, Any]) -> None:
    field(schema, "versions")["type"]["values"] = "int"


def add_nullable(schema: dict[str, Any]) -> None:
    schema["fields"].append({"name": "more", "type": ["null", "string"], "default": None})


def remove_with_default(schema: dict[str, Any]) -> None:
    schema["fields"] = [f for f in schema["fields"] if f["name"] != "reason"]


def reword(schema: dict[str, Any]) -> None:
    schema["doc"] = "Said in other words."


BREAKING = [add_required, change_type, promote, remove_required, narrow, deep_required]
SOUND = [add_nullable, remove_with_default, reword]
Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize("change", BREAKING, ids=lambda c: c.__name__)
def test_a_breaking_change_is_refused_both_ways(change: Change) -> None:
    old, new = raw("article_journal"), raw("article_journal")
    change(new)
    assert differences(old, new)
    assert differences(new, old)


@pytest.mark.parametrize("change", SOUND, ids=lambda c: c.__name__)
def test_a_sound_change_passes(change: Change) -> None:
    old, new = raw("article_journal"), raw("article_journal")
    change(new)
    assert differences(old, new) == []


def test_a_new_symbol_needs_a_default_of_the_enum() -> None:
    def lane(schema: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = field(schema, "lane")["type"]
        return found

    old, new = raw("article_submitted"), raw("article_submitted")
    lane(new)["symbols"].append("urgent")
    assert differences(old, new) == []  # an older reader takes its default
    del lane(old)["default"]
    assert "lacks {'urgent'}" in differences(old, new)[0]


def test_a_breaking_change_deep_inside_is_seen() -> None:
    old, new = raw(), raw()
    article = field(new, "article")["type"]
    article["fields"].append({"name": "more", "type": "string"})
    assert "Article.more has no default" in differences(old, new)[0]


def test_the_lock_takes_no_breaking_version(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lock.HERE", copied)
    old = json.loads((copied / "schema.lock.json").read_text())
    assert entries(old) == old

    changed = copy.deepcopy(raw("article_submitted"))
    add_nullable(changed)
    (copied / "article_submitted.avsc").write_text(json.dumps(changed))
    with pytest.raises(SystemExit, match="copy version 1 to released/ first"):
        entries(old)

    (copied / "released").mkdir(exist_ok=True)
    (copied / "released" / "submitted.1.avsc").write_text(json.dumps(raw("article_submitted")))
    assert entries(old)[-1] | {"fingerprint": ""} == {
        "id": len(old) + 1,
        "subject": "articles.intake-value",
        "version": 2,
        "fingerprint": "",
    }

    add_required(changed)
    changed["fields"][-1]["name"] = "needed"
    (copied / "article_submitted.avsc").write_text(json.dumps(changed))
    with pytest.raises(SystemExit, match=r"breaks version 1: .*needed has no default"):
        entries(old)
