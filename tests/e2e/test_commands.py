"""The commands, as somebody types them, against a running pipeline."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e import texts
from tests.e2e.pipeline import Pipeline, eventually, scrape

from wireroom import urls


def test_publishing_prints_ids_and_the_row_can_be_shown_and_found(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(texts.page(11))
    url = "https://harbour-post.example/news/by-file"
    done = pipeline.command("publish", "--file", str(page), "--url", url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == str(urls.article_id(url))

    row = eventually(lambda: pipeline.row(url))
    assert row["article_id"] == str(urls.article_id(url))
    assert pipeline.row(f"{url}?utm_source=letter#top") == row
    assert "Northmouth" in pipeline.command("show", url).stdout

    def found() -> bool:
        listed = json.loads(
            pipeline.command("search", "ferry pier", "--language", "en", "--json").stdout
        )
        return any(hit["article_id"] == row["article_id"] for hit in listed)

    eventually(found, what="the article in search")


def test_text_from_stdin_and_json_lines(pipeline: Pipeline, tmp_path: Path) -> None:
    done = pipeline.command("publish", "--text", "-", stdin=texts.text(21).encode())
    assert done.returncode == 0, done.stderr
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps({"text": texts.text(n)}) for n in (22, 23)))
    assert pipeline.command("publish", "--jsonl", str(lines)).returncode == 0
    for number in (21, 22, 23):
        eventually(
            lambda n=number: pipeline.row(f"https://harbour-post.example/news/pier-{n}")  # type: ignore[misc]  # bound by default
        )


def test_explain_tells_before_and_after_of_what_is_stored_and_why_a_page_was_dropped(
    pipeline: Pipeline,
) -> None:
    given = texts.text(31).encode()
    assert pipeline.command("publish", "--text", "-", stdin=given).returncode == 0
    link = "https://harbour-post.example/news/pier-31"

    def explained(what: str, words: str) -> str | None:
        done = pipeline.command("explain", what)
        return done.stdout if words in done.stdout else None

    shown = eventually(lambda: explained(link, "Before"))
    assert "[-Author :-] trailer.author" in shown
    assert "\x1b" not in shown

    page = "https://harbour-post.example/news/empty"
    empty = json.dumps({"url": page, "html": "<!doctype html><title>None</title><body></body>"})
    assert pipeline.command("publish", "--jsonl", "-", stdin=empty.encode()).returncode == 0
    shown = eventually(lambda: explained(page, "dropped(no_article)"))
    assert "a page without text" in shown


def test_what_is_refused_is_named_with_its_remedy(pipeline: Pipeline, tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"text": "A text that is fine and has enough words."}\n{"titel": "x"}\n')
    done = pipeline.command("publish", "--jsonl", str(lines))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert "lines.jsonl:2" in done.stderr
    assert "did you mean title?" in done.stderr
    for arguments, word in (
        (["ftp://example.org/x"], "http"),
        (["--file", str(tmp_path / "none.html"), "--url", "https://a.example/"], "none.html"),
        (["--file", str(lines)], "--url"),
    ):
        done = pipeline.command("publish", *arguments)
        assert done.returncode == 1
        assert word in done.stderr
        assert "Traceback" not in done.stderr


def test_the_journal_tells_every_hop_in_order(pipeline: Pipeline, site: str) -> None:
    url = f"{site}/news/pier-31"
    pipeline.command("publish", url)
    hops = eventually(
        lambda: (found := pipeline.journal(url)) and len(found) == 4 and found, what="four hops"
    )
    assert [(hop["stage"], hop["event"]) for hop in hops] == [
        ("fetch", "passed"),
        ("clean", "passed"),
        ("classify", "passed"),
        ("index", "indexed"),
    ]
    assert len({hop["submission_id"] for hop in hops}) == 1


def test_the_same_again_is_unchanged_and_other_text_is_a_revision(pipeline: Pipeline) -> None:
    url = "https://harbour-post.example/news/revised"

    def outcomes(count: int) -> list[str]:
        return eventually(
            lambda: (
                (found := [h["event"] for h in pipeline.journal(url) if h["stage"] == "index"])
                and len(found) == count
                and found
            )
        )

    def publish(number: int) -> None:
        line = json.dumps({"url": url, "html": texts.page(number).decode()})
        assert pipeline.command("publish", "--jsonl", "-", stdin=line.encode()).returncode == 0

    publish(41)
    outcomes(1)
    publish(41)
    outcomes(2)
    publish(42)
    assert outcomes(3) == ["indexed", "unchanged", "revised"]
    row = pipeline.row(url)
    assert row is not None
    assert row["revision"] == 2
    assert "number 42" in row["text"]


def test_every_worker_serves_its_metrics(pipeline: Pipeline) -> None:
    ports = pipeline.addresses()["metrics"]
    stages = ["fetch", "clean", "classify", "index"]
    assert list(ports) == [*stages, "relay", "ledger", "canary"]
    for stage in stages:
        samples = scrape(ports[stage])
        assert any(name.startswith("wireroom_records_in_total{") for name in samples), stage
        assert samples[f'wireroom_assigned_partitions{{stage="{stage}"}}'] == 12
    assert scrape(ports["index"])["wireroom_e2e_seconds_count"] > 0


def test_verify_finds_nothing_wrong_and_leaves_nothing_behind(pipeline: Pipeline) -> None:
    done = pipeline.command("verify", "--count", "80", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    faults = ("lost", "doubled", "wrong_content", "wrong_outcome")
    assert {name: told[name] for name in ("submissions", *faults)} == {
        "submissions": 80,
        **dict.fromkeys(faults, 0),
    }
    removed = int(done.stderr.split(" rows of this run removed")[0].rsplit(None, 1)[-1])
    assert removed > 40
    balance = json.loads(pipeline.command("ledger", "--json").stdout)
    assert balance["missing"] == 0


def test_config_masks_secrets_and_doctor_finds_nothing(pipeline: Pipeline) -> None:
    shown = pipeline.command("config").stdout
    assert "WIREROOM_POSTGRES_DSN=********" in shown
    done = pipeline.command("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unknown_setting_names_the_nearest_one(pipeline: Pipeline) -> None:
    wrong = Pipeline(
        pipeline.process, pipeline.data, {**pipeline.environment, "WIREROOM_KAFKA_BOOTSTRAP": "x"}
    )
    done = wrong.command("config")
    assert done.returncode == 1
    assert "WIREROOM_KAFKA_BOOTSTRAP_SERVERS" in done.stderr
