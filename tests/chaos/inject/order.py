"""What is to be done to one service, as it is handed to its process in the variable CHAOS."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

INJECT = Path(__file__).parent
ROOT = INJECT.parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``folder``: where it is noted what has happened, so that it happens once, not in every start.

    ``breaks``: names in ``breaks.BREAKS``. ``crash``: ``point:n``, the process is gone the n-th time
    it comes there; ``how``: by ``exit``, as from kill -9, or by ``term``, which it may obey.
    ``fail``: a point whose work fails once with what the outer world would bring.
    ``slow``: seconds that handlers take more until that has happened, the first ``slow_first`` of
    them; ``slow_send``: the same for each send. ``timeout``: a handler's, instead of the stage's.
    """

    folder: str
    breaks: Sequence[str] = ()
    crash: str = ""
    how: str = "exit"
    fail: str = ""
    slow: float = 0.0
    slow_first: int = 10**9
    slow_send: float = 0.0
    timeout: float = 0.0

    @property
    def happened(self) -> Path:
        return Path(self.folder) / "happened"

    @classmethod
    def read(cls, text: str) -> Order:
        return cls(**json.loads(text))

    def environment(self) -> Mapping[str, str]:
        """For the service's process."""
        paths = [str(INJECT), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {"CHAOS": json.dumps(asdict(self)), "PYTHONPATH": os.pathsep.join(paths)}
