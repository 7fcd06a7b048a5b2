from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.docs.pages import ROOT

from wireroom import events, urls
from wireroom.events import ArticleSubmitted
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.schemas import Schemas

SCHEMAS = ROOT / "schemas"
CODEC = Codec(Schemas())
KINDS = {
    path.stem: getattr(events, json.loads(path.read_text())["name"])
    for path in SCHEMAS.glob("*.avsc")
}


def example(name: str) -> Path:
    return SCHEMAS / "examples" / f"{name}.json"


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    assert {path.stem for path in (SCHEMAS / "examples").iterdir()} == KINDS.keys()


@pytest.mark.parametrize("name", KINDS)
def test_an_example_is_an_event_that_its_schema_takes(name: str) -> None:
    kind: type[Event] = KINDS[name]
    fields = json.loads(example(name).read_text())
    assert fields.keys() == kind.model_fields.keys()  # all of them: it is there to be read
    event = kind.model_validate(fields)
    assert CODEC.decode(CODEC.encode(event), kind) == event


def test_the_intakes_example_can_be_published_as_it_is() -> None:
    data = example("article_submitted").read_bytes()
    event = CODEC.decode(data, ArticleSubmitted)
    assert event == ArticleSubmitted.model_validate_json(data)


def test_the_examples_tell_of_one_article() -> None:
    submitted = json.loads(example("article_submitted").read_text())
    ids = {
        fields["article_id"]
        for name in KINDS
        if "article_id" in (fields := json.loads(example(name).read_text()))
    }
    assert ids == {str(urls.article_id(submitted["url"]))}
