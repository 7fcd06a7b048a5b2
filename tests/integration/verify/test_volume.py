"""A small disk under a server: full to the last byte, and free again; or a reason why there is none."""

from __future__ import annotations

import os
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from wireroom.verify.volume import NoVolume, small

Memory = namedtuple("Memory", "available")


def test_a_full_disk_takes_no_byte_until_it_is_freed(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    if os.geteuid() != 0:
        with pytest.raises(NoVolume, match="only root"), small(place, 2):
            pass
        return
    with small(place, 2) as volume:
        kept = place / "kept"
        kept.write_bytes(b"before")
        volume.fill()
        with pytest.raises(OSError, match="No space left"):
            (place / "more").write_bytes(b"x" * 5_000)
        volume.free()
        (place / "more").write_bytes(b"x" * 5_000)
        assert kept.read_bytes() == b"before"
        assert os.path.ismount(place)
    assert not os.path.ismount(place)


def test_without_the_rights_or_the_memory_there_is_none_and_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    with pytest.raises(NoVolume, match="only root"), small(tmp_path / "a", 2):
        pass
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(3 * 2**20))
    with pytest.raises(NoVolume, match="4 MB of free memory"), small(tmp_path / "b", 2):
        pass
    assert not any(tmp_path.iterdir())
