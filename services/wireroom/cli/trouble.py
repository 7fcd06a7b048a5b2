"""What a command can't do, said to the person who typed it."""

from __future__ import annotations


class Trouble(Exception):
    """A sentence that names the input and the remedy. Shown without a traceback, status 1."""
