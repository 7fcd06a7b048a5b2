"""The base of every event, and of every record nested in one."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


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

    @property
    def key(self) -> bytes | None:
        """The Kafka key; None where the sender has to give one."""
        value = getattr(self, self.key_field, None)
        return None if value is None else str(value).encode()
