"""The jars that make Kafka are the ones of the lock file, or there is an error."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from wireroom.embedded.errors import EmbeddedError
from wireroom.embedded.jars import Jar, Lock, fetch, load_lock

CONTENT = {name: f"classes of {name}".encode() * 50 for name in ("alpha", "beta", "gamma")}


def jar(name: str, sha256: str | None = None) -> Jar:
    content = CONTENT[name]
    digest = sha256 or hashlib.sha256(content).hexdigest()
    return Jar("org.example", name, "1.2", digest, len(content))


def lock(*listed: Jar) -> Lock:
    return Lock("9.9.9", "none.checkpoint", "", listed)


def download(wanted: Jar, folder: Path) -> Path:
    path = folder / wanted.name
    path.write_bytes(CONTENT[wanted.artifact])
    return path


def no_download(wanted: Jar, folder: Path) -> Path:
    raise ConnectionError("nothing may be downloaded")


def quiet(line: str) -> None:
    pass


@pytest.fixture
def m2(tmp_path: Path) -> Path:
    for name, content in CONTENT.items():
        path = tmp_path / "m2" / jar(name).place
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return tmp_path / "m2"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def test_jars_of_a_local_repository_need_no_download(tmp_path: Path, m2: Path) -> None:
    paths = fetch(lock(jar("alpha"), jar("beta")), tmp_path / "c", m2, no_download, quiet)
    assert [path.read_bytes() for path in paths] == [CONTENT["alpha"], CONTENT["beta"]]


def test_a_flipped_byte_in_the_cache_is_repaired(tmp_path: Path, m2: Path) -> None:
    wanted = lock(jar("alpha"), jar("beta"))
    paths = fetch(wanted, tmp_path / "c", m2, no_download, quiet)
    paths[1].write_bytes(b"X" + CONTENT["beta"][1:])
    assert fetch(wanted, tmp_path / "c", m2, no_download, quiet) == paths
    assert paths[1].read_bytes() == CONTENT["beta"]


def test_without_the_check_the_flipped_byte_would_stay(
    tmp_path: Path, m2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: it is the hash, not the presence of the file, that decides."""
    wanted = lock(jar("alpha"))
    (path,) = fetch(wanted, tmp_path / "c", m2, no_download, quiet)
    path.write_bytes(b"X" + CONTENT["alpha"][1:])
    monkeypatch.setattr("wireroom.embedded.jars._intact", lambda path, jar: path.exists())
    fetch(wanted, tmp_path / "c", m2, no_download, quiet)
    assert path.read_bytes() != CONTENT["alpha"]


def test_a_wrong_hash_in_the_lock_file_is_an_error(tmp_path: Path, m2: Path) -> None:
    wanted = lock(jar("alpha", sha256="0" * 64))
    with pytest.raises(EmbeddedError, match=r"alpha-1\.2\.jar.*SHA-256"):
        fetch(wanted, tmp_path / "c", m2, download, quiet)
    assert [p.name for p in (tmp_path / "c" / "kafka-9.9.9").iterdir()] == []


def test_a_broken_copy_in_the_local_repository_is_downloaded_instead(
    tmp_path: Path, m2: Path
) -> None:
    (m2 / jar("alpha").place).write_bytes(b"half")
    paths = fetch(lock(jar("alpha")), tmp_path / "c", m2, download, quiet)
    assert paths[0].read_bytes() == CONTENT["alpha"]


def test_a_download_that_fails_once_is_tried_again_in_an_empty_folder(tmp_path: Path) -> None:
    tries: list[list[Path]] = []

    def unsteady(wanted: Jar, folder: Path) -> Path:
        tries.append(list(folder.iterdir()))
        (folder / wanted.name).write_bytes(b"half")
        if len(tries) == 1:
            raise ConnectionError("cut")
        return download(wanted, folder)

    paths = fetch(lock(jar("alpha")), tmp_path / "c", tmp_path / "none", unsteady, quiet)
    assert paths[0].read_bytes() == CONTENT["alpha"]
    assert tries == [[], []]


def test_no_network_is_an_error_that_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="WIREROOM_MAVEN_MIRROR"):
        fetch(lock(jar("alpha")), tmp_path / "c", tmp_path / "none", no_download, quiet)


def test_progress_tells_jars_and_megabytes(tmp_path: Path, m2: Path) -> None:
    said: list[str] = []
    fetch(lock(jar("alpha"), jar("beta")), tmp_path / "c", m2, no_download, said.append)
    assert said == ["Kafka 9.9.9: 2 of 2 jars, 0 MB"]


def test_the_lock_file_names_the_jars_of_a_broker() -> None:
    real = load_lock()
    assert real.kafka == "4.4.0"
    versions = {j.artifact: j.version for j in real.jars}
    assert versions["kafka-clients"] == versions["kafka_2.13"] == real.kafka
    assert {len(j.sha256) for j in real.jars} == {64}
