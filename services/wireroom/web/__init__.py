"""Going out to the web: one safe, bounded, polite GET for all who need it.

``polite.polite(settings)`` is what most want; ``client.Client`` is the GET alone.
"""
