"""Going out to the web: one safe, bounded, polite GET for all who need it.

``polite(settings)`` is what most want; ``Client`` is the GET alone.
"""

from wireroom.web.client import Client, Gate, Page
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.polite import Polite, polite
from wireroom.web.settings import Settings

__all__ = [
    "Client",
    "Failed",
    "Gate",
    "Page",
    "Polite",
    "Refused",
    "Settings",
    "WebError",
    "polite",
]
