"""What goes wrong with embedded servers. One error: its sentence says what failed and what helps.

RuntimeError
└── EmbeddedError
"""

from __future__ import annotations

INSTALL = "pip install 'wireroom[embedded]'"


class EmbeddedError(RuntimeError):
    """An embedded server can't be had, started or reached; the message names the remedy."""
