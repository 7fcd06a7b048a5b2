"""Training of the block classifier: pages whose text is known in, a model file out.

Not a part of the product: LightGBM is needed here alone. A data folder holds ``truth.jsonl`` or
``truth.jsonl.gz``, a line ``{"id", "set", "url", "truth"}`` for each page, and the pages as
``pages/<id>.html``, ``<id>.html`` or in ``pages.tar.xz``. ``truth`` has ``text``, or ``with`` and
``without``: segments that belong to the article and segments that do not.
"""
