"""The base of every event, and of every record nested in one."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, date, datetime, time
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

NO_TIME = "a time is ISO 8601, such as 2026-03-01T09:30:00Z"


def _instant(value: object) -> object:
    """ISO 8601, or a datetime. A time or a day without a zone is taken as UTC.

    A number is refused: nobody could tell seconds from milliseconds.
    """
    if isinstance(value, int | float):
        raise ValueError(NO_TIME)  # noqa: TRY004  # pydantic turns only a ValueError into its own
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise ValueError(NO_TIME) from error
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
"""A point in time, always with its zone."""


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Part):
    """Something that happened to one article. What and why, never how it travels.

    The class variables come from the Avro file that the class is generated from.
    """

    topic: ClassVar[str]
    key_field: ClassVar[str]
    partitions: ClassVar[int]
    retention_days: ClassVar[int]
    max_bytes: ClassVar[int]
    takes_json: ClassVar[bool] = False
    byte_fields: ClassVar[Set[str]] = frozenset()

    @property
    def key(self) -> bytes | None:
        """The Kafka key; None where the sender has to give one."""
        value = getattr(self, self.key_field, None)
        return None if value is None else str(value).encode()
