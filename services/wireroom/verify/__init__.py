"""The proof: articles of which it is known what has to become of them, and a comparison.

``catalogue`` makes them, ``judgement`` compares what was sent with what is there, ``round`` does
both against a running pipeline, ``faults`` and ``network`` break things meanwhile.
"""
