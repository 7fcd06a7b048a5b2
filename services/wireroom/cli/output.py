"""How commands print."""

from __future__ import annotations

import json
import sys
from datetime import datetime


def print_json(value: object) -> None:
    """Times as ISO 8601, ids as text."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write(text + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
