from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from wireroom.storage.plan import plan
from wireroom.storage.rows import Alias, Known, Plan, Row, Stored

NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (1, 2, 3))
LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."


def _row(article: UUID, content: str, minute: int = 0) -> Row:
    return Row(
        article_id=article,
        submission_id=article,
        accepted_at=NOW + timedelta(minutes=minute),
        text=content,
        content_hash=content.encode(),
        language="en",
    )


def _stored(article: UUID, content: str, *, copy_of: UUID | None = None, minute: int = 0) -> Stored:
    when = NOW + timedelta(minutes=minute)
    return Stored(article, content.encode(), 1, copy_of, False, when, when)


def _known(*articles: Stored, **more: object) -> Known:
    return Known(now=NOW, articles={a.article_id: a for a in articles}, **more)  # type: ignore[arg-type]  # any field


def _came(planned: Plan) -> list[tuple[str, int, UUID | None]]:
    return [(done.outcome, done.revision, done.duplicate_of) for done in planned.written]


def test_records_of_one_article_in_one_batch_come_out_one_after_the_other() -> None:
    rows = [_row(A, "x"), _row(A, "x", 1), _row(A, "y", 2), _row(A, "x", 3)]
    planned = plan(rows, _known())
    assert _came(planned) == [
        ("indexed", 1, None),
        ("unchanged", 1, None),
        ("revised", 2, None),
        ("revised", 3, None),
    ]
    assert [(final.row, final.state.revision) for final in planned.new] == [(rows[3], 3)]
    assert [(old.row, old.revision) for old in planned.replaced] == [(rows[0], 1), (rows[2], 2)]
    assert planned.changed == []
    assert planned.new[0].state.first_seen_at == NOW


def test_copies_in_one_batch_name_the_first_of_them() -> None:
    planned = plan([_row(B, "x"), _row(A, "x", 1), _row(C, "x", 2)], _known())
    assert _came(planned) == [("indexed", 1, None), ("duplicate", 1, B), ("duplicate", 1, B)]


def test_a_copy_of_a_stored_copy_names_its_original() -> None:
    oldest = {(b"x", False): _stored(B, "x", copy_of=A)}
    assert _came(plan([_row(C, "x")], _known(oldest=oldest))) == [("duplicate", 1, A)]


def test_an_article_that_goes_back_to_the_text_of_its_own_copy_stays_an_original() -> None:
    known = _known(_stored(A, "y"), oldest={(b"x", False): _stored(B, "x", copy_of=A)})
    assert _came(plan([_row(A, "x")], known)) == [("revised", 2, None)]


def test_a_copy_with_a_text_of_its_own_is_one_no_more() -> None:
    assert _came(plan([_row(B, "y")], _known(_stored(B, "x", copy_of=A)))) == [("revised", 2, None)]


def test_an_article_becomes_a_copy_only_once_its_last_copy_has_left_it() -> None:
    known = _known(
        _stored(A, "x"), _stored(B, "x", copy_of=A), oldest={(b"z", False): _stored(C, "z")}
    )
    stays = plan([_row(A, "z"), _row(B, "y")], known)
    assert _came(stays) == [("revised", 2, None), ("revised", 2, None)]
    goes = plan([_row(B, "y"), _row(A, "z")], known)
    assert _came(goes) == [("revised", 2, None), ("revised", 2, C)]


def test_a_linked_text_that_is_alike_is_a_copy_and_one_that_is_not_stays_alone() -> None:
    known = _known(_stored(A, "page"), texts={A: LONG})
    linked = replace(_row(B, "x"), link=A, text="By our own. " + LONG)
    assert _came(plan([linked], known)) == [("duplicate", 1, A)]
    assert _came(plan([replace(linked, text="Quite another story of " + LONG[:20])], known)) == [
        ("indexed", 1, None)
    ]
    assert _came(plan([replace(linked, probe=True)], known)) == [("indexed", 1, None)]


def test_a_link_is_followed_to_whoever_claimed_it_earlier_in_the_batch() -> None:
    claims = replace(_row(A, "x"), text=LONG, aliases=(Alias(C, "https://c.example/"),))
    linked = replace(_row(B, "y"), text=LONG + " More.", link=C)
    assert _came(plan([claims, linked], _known())) == [("indexed", 1, None), ("duplicate", 1, A)]


def test_the_first_to_claim_a_url_keeps_it_and_nobody_claims_an_article() -> None:
    alias = Alias(C, "https://c.example/")
    rows = [
        replace(_row(A, "x"), aliases=(alias, Alias(B, "https://b.example/"))),
        replace(_row(B, "y"), aliases=(alias, Alias(A, "https://a.example/"))),
    ]
    planned = plan(rows, _known(_stored(B, "z")))
    assert planned.aliases == {C: ("https://c.example/", A)}
    assert plan(rows, _known(_stored(B, "z"), aliases={C: B})).aliases == {}


def test_headlines_belong_to_the_revision_that_they_came_with() -> None:
    rows = [_row(A, "x"), _row(A, "x"), _row(A, "y")]
    assert [revision for _, revision in plan(rows, _known()).headlines] == [1, 2]
