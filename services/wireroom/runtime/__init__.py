"""How a stage lives. It knows nothing of news."""

from wireroom.runtime.errors import Permanent, Transient, Unavailable
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Checkpoint, Delivery, Drop, Fenced, Outcome, Stage

__all__ = [
    "Backoff", "Checkpoint", "Delivery", "Drop", "Fenced", "Outcome", "Permanent", "Stage",
    "Transient", "Unavailable",
]  # fmt: skip
