from __future__ import annotations

import pytest

from wireroom.storage.migrate import SchemaTooNew, _scripts, missing
from wireroom.storage.reading import named


def test_what_is_missing_comes_in_order() -> None:
    assert missing({"2": "", "1": "", "3": ""}, ["2"]) == ["1", "3"]


def test_a_migration_that_this_version_lacks_is_refused() -> None:
    with pytest.raises(SchemaTooNew, match="9_later"):
        missing({"1": ""}, ["1", "9_later"])


def test_the_migrations_are_part_of_the_package() -> None:
    assert "0001_articles" in _scripts()


def test_an_id_and_a_url_without_scheme_name_the_same_article() -> None:
    key = named("https://a.example/x")
    assert named("a.example/x") == named(str(key)) == key
    assert named("no url") is None
