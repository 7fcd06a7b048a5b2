"""What a stage is: a name, the event it takes, and a function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from wireroom.runtime.journal import Hop
from wireroom.runtime.retry import Backoff
from wireroom.runtime.service import Rankings
from wireroom.wire.event import Event
from wireroom.wire.transport import Partition


@dataclass(frozen=True, slots=True)
class Drop:
    """The event ends here, on purpose. ``reason`` becomes a metric label; ``detail`` is for who
    asks about this one article.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The article is there already, as it is now. ``reason``: how that was seen."""

    reason: str


E = TypeVar("E", bound=Event)
Outcome: TypeAlias = Sequence[Event] | Drop | Unchanged


@dataclass(frozen=True, slots=True)
class Delivery(Generic[E]):
    """One event of a batch, and the record that it came in."""

    event: E
    hop: Hop


class Checkpoint(Protocol):
    """The offsets of one batch. Whoever writes the rows saves it in the same transaction."""

    async def save(self, connection: Any) -> None:
        """Raise ``Fenced`` when a partition has gone to another worker."""


class OffsetStore(Protocol):
    """Consumer offsets that live beside the rows, fenced by an epoch per partition."""

    async def claim(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """Make the partitions ours; return where to go on, for those that have a place."""

    def checkpoint(self, reached: Mapping[Partition, int]) -> Checkpoint:
        """For a batch that ends before ``reached``, the next offset of each partition."""

    def saved(self, checkpoint: Checkpoint) -> None:
        """The transaction that held ``checkpoint`` has committed."""


class Fenced(Exception):
    """Another worker has claimed a partition of ours: what we hold of it is void."""


BatchHandler: TypeAlias = Callable[[Sequence[Delivery[E]], Checkpoint], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Generic[E]):
    """Everything the runtime needs to know. A stage knows nothing of the runtime.

    ``handle`` returns the events that follow from one event, ``Drop`` or ``Unchanged``. It raises
    ``Transient``, ``Later``, ``Permanent`` or ``Unavailable`` when it cannot.
    A stage that writes rows has ``handle_batch`` and ``offsets`` instead: it writes the
    rows of all deliveries and the checkpoint in one transaction, or nothing.
    ``identify`` names the article of an event that does not carry ``article_id``.
    ``belongs``: the key in whose partition an event has to lie, None where any will do; a record
    that lies elsewhere is handed on there, once.

    ``concurrency``: most records in hand at once, of single events. ``window``: most records
    of one partition past its first unfinished one. ``head_wait``: seconds that a record may wait
    for its turn while others cannot be taken for it. ``batch_size``: most records in one
    transaction; ``batch_wait``: seconds that it waits for more of them. ``timeout``: seconds
    for one try. ``versions``: what the journal names beside each hop. ``rankings``: who leads what,
    by name, for people; names that change without end have no place among the metrics' labels.
    """

    name: str
    consumes: type[E]
    produces: tuple[type[Event], ...]
    handle: Callable[[E], Awaitable[Outcome]] | None = None
    handle_batch: BatchHandler[E] | None = None
    offsets: OffsetStore | None = None
    identify: Callable[[E], UUID | None] = lambda event: getattr(event, "article_id", None)
    belongs: Callable[[E], bytes | None] = lambda event: None
    concurrency: int = 1
    window: int = 200
    head_wait: float = 5.0
    batch_size: int = 500
    batch_wait: float = 0.05
    timeout: float = 30.0
    backoff: Backoff = field(default_factory=Backoff)
    versions: Mapping[str, str] = field(default_factory=dict)
    rankings: Callable[[], Rankings] = dict

    def __post_init__(self) -> None:
        if (self.handle is None) == (self.handle_batch is None):
            raise ValueError(f"stage {self.name}: needs handle or handle_batch, not both")
        if (self.handle_batch is None) != (self.offsets is None):
            raise ValueError(f"stage {self.name}: handle_batch and offsets go together")


def subject_of(stage: Stage[E], event: E) -> UUID | None:
    """The article that ``event`` is of; None where even that can't be told."""
    try:
        return stage.identify(event)
    except Exception:  # such as a URL that is none; the handler words it and buries the record
        return None


def is_probe(event: Event) -> bool:
    """The intake's event says it itself, those after it in the submission that they carry."""
    return bool(getattr(getattr(event, "submission", event), "probe", False))
