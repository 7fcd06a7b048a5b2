"""How commands print."""

from __future__ import annotations

import json
import sys


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
