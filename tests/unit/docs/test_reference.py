from __future__ import annotations

from pathlib import Path

import pytest

from wireroom.cli import reasons, reference


@pytest.mark.parametrize("page", reference.PAGES)
def test_a_reference_page_is_as_the_code_has_it(page: str) -> None:
    assert (reference.FOLDER / page).read_text() == reference.PAGES[page](), "run make reference"


def test_every_reason_in_the_code_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert reasons.complaints() == []


def test_reasons_are_found_in_every_form_that_the_code_has(tmp_path: Path) -> None:
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "handler.py").write_text(
        'raise Permanent("one", "detail")\n'
        'raise Transient(f"two_{number}")\n'
        'return Drop("three" if small else "four")\n'
        '_REASONS = {"08": "five"}\n'
        'raise Unavailable(_REASONS.get(state, "six"))\n'
        "raise Permanent(error.reason)\n"
    )
    (tmp_path / "embedded").mkdir()
    (tmp_path / "embedded" / "jars.py").write_text('reason = "no stage runs here"\n')
    assert {entry.word for entry in reasons.found(tmp_path)} == {
        "one", "two_*", "three", "four", "five", "six",
    }  # fmt: skip


def test_a_reason_without_a_sentence_is_named_with_its_module(tmp_path: Path) -> None:
    (tmp_path / "fetch.py").write_text('raise Permanent("brand_new")\n')
    first, *rest = reasons.complaints(tmp_path)
    assert first == "fetch: reason 'brand_new' has no sentence in cli/reasons.py"
    assert len(rest) == len(reasons.MEANINGS)  # nothing else is said there
