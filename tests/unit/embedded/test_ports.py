"""The port chosen once is kept, as long as the same one is asked for."""

from __future__ import annotations

from pathlib import Path

from wireroom.embedded.ports import keep, kept


def test_the_chosen_port_is_kept_for_the_same_wish(tmp_path: Path) -> None:
    assert kept(tmp_path, "Kafka", 9092) == 9092
    keep(tmp_path, "Kafka", 9092, 9095)
    keep(tmp_path, "PostgreSQL", 15432, 15432)
    assert kept(tmp_path, "Kafka", 9092) == 9095


def test_another_wish_forgets_the_choice(tmp_path: Path) -> None:
    keep(tmp_path, "Kafka", 9092, 9095)
    assert kept(tmp_path, "Kafka", 9200) == 9200


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    assert kept(tmp_path, "Kafka", 9092) == 9092
