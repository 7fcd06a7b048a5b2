"""Keep ``schemas/schema.lock.json``: the append-only list id ↔ subject ↔ version ↔ fingerprint.

    python schemas/lock.py            append what is new
    python schemas/lock.py --check    fail if something is new, or an entry was changed

A new version has to be readable by every older reader and the other way round
(full-transitive, by Avro's rules for resolving schemas); otherwise it is refused.
A version that is replaced moves to ``released/`` so that its bytes stay readable.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from compatibility import differences

from wireroom.wire.schemas import files, fingerprint_of

HERE = Path(__file__).parent
LOCK = HERE / "schema.lock.json"

Entry = dict[str, Any]


def entries(old: list[Entry]) -> list[Entry]:
    """``old`` and what today's files add to it. Raises ``SystemExit`` for what is incompatible."""
    known = {entry["fingerprint"] for entry in old}
    by_mark = {fingerprint_of(raw).hex(): raw for raw in _raws()}
    new = list(old)
    for path in sorted(HERE.glob("*.avsc")):
        raw = json.loads(path.read_text())
        mark = fingerprint_of(raw).hex()
        if mark in known:
            continue
        subject = f"{raw['topic']}-value"
        earlier = [e for e in old if e["subject"] == subject]
        for entry in earlier:
            if entry["fingerprint"] not in by_mark:
                raise SystemExit(f"{path.name}: copy version {entry['version']} to released/ first")
            if faults := differences(by_mark[entry["fingerprint"]], raw):
                raise SystemExit(f"{path.name} breaks version {entry['version']}: {faults[0]}")
        new.append(
            {"id": len(new) + 1, "subject": subject, "version": len(earlier) + 1}
            | {"fingerprint": mark}
        )
    return new


def _raws() -> list[Entry]:
    return [json.loads(path.read_text()) for path in files(HERE)]


def committed() -> list[Entry] | None:
    """The lock as the last commit has it; None outside a git checkout or before the first."""
    shown = subprocess.run(
        ["git", "show", "HEAD:schemas/schema.lock.json"], cwd=HERE, capture_output=True, check=False
    )
    return json.loads(shown.stdout) if shown.returncode == 0 else None


def main() -> int:
    old: list[Entry] = json.loads(LOCK.read_text()) if LOCK.exists() else []
    before = committed() or []
    if old[: len(before)] != before:
        raise SystemExit("schema.lock.json is append-only: an entry was changed or taken out")
    new = entries(old)
    if "--check" in sys.argv:
        if new != old:
            raise SystemExit("schema.lock.json is out of date: run python schemas/lock.py")
        return 0
    LOCK.write_text("[\n" + ",\n".join(f"  {json.dumps(e)}" for e in new) + "\n]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
