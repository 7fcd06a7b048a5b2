"""Java's start-up cache: classes of the broker, loaded and linked ahead of time (Java 25).

It takes 7 s and 70 MB to make and saves half of each start (0.7 s), so it is made once, when nobody
waits (``train``), and every start works without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from wireroom.embedded.jars import Lock
from wireroom.embedded.java import Java

FIRST = 25
"""The first Java whose cache can be made and used in one step each."""


def archive(cache: Path, java: Java, lock: Lock, jvm: Sequence[str]) -> Path | None:
    """Where the cache for this runtime, these jars and these flags is, or would be."""
    if java.major < FIRST:
        return None
    key = "\n".join([str(java.program), java.release, str(cache), lock.fingerprint, *jvm])
    return cache / f"kafka-{lock.kafka}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.aot"


def reading(java: Java, path: Path | None) -> list[str]:
    """Flags that use the cache, where there is one."""
    flags = _quiet(java)
    if path and path.exists():
        # Java warns of each blob that it can't take over; errors still show.
        flags += [f"-XX:AOTCache={path}", "-Xlog:disable", "-Xlog:all=error:stderr"]
    return flags


def _quiet(java: Java) -> list[str]:
    """Flags against Java's warnings about the native code of the codecs."""
    if java.major < FIRST:
        return []
    return ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]


def discard(path: Path) -> bool:
    """Throw the cache away; tells whether there was one."""
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed
