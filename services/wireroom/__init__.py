"""Wireroom: news comes in over the wire, clean and classified rows go out."""

from importlib.metadata import version

__version__ = version("wireroom")
