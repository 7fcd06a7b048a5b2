"""How commands print."""

from __future__ import annotations

import json
import sys
from datetime import datetime


def print_json(value: object) -> None:
    """Times as ISO 8601, ids as text."""
    sys.stdout.write(as_text(value) + "\n")


def as_text(value: object) -> str:
    """The same as text."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
