"""Which submission the running task is at work on, as the runtime notes it for the log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from wireroom.runtime.logs import HANDLED


def submission_id() -> UUID | None:
    """None outside of a worker."""
    handled = HANDLED.get()
    return None if handled is None else handled.hop.envelope.submission_id


def accepted_at() -> datetime | None:
    """The broker's time of the intake record. None outside of a worker."""
    handled = HANDLED.get()
    return None if handled is None else handled.hop.envelope.accepted_at
