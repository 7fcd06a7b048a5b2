"""Why the gate keeps something out. Apart from the gate, so that the handler stays light."""

from __future__ import annotations

from wireroom.runtime.errors import Permanent

DROPPED = frozenset(("not_html", "empty_page"))
"""Reasons that say something of the page; all others say that it is broken or dangerous."""


class Refused(Permanent):
    """The gate keeps a page out.

    Reasons: ``empty_page``, ``not_html``, ``page_too_large``, ``tag_too_long``, ``too_deep``,
    ``html_not_zstd``.
    """
