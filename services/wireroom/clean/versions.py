"""What makes an article what it is: the code and the model, by name.

Apart from the model itself, so that a process that only names it need not load it.
"""

from __future__ import annotations

from wireroom import __version__

MODEL = "blocks-187afe7a"
"""Name of the block classifier; a test holds it against the model file."""

VERSIONS = {"clean": __version__, "clean.model": MODEL}
