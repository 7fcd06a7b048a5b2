"""The negative control of the kill test: put on PYTHONPATH, it makes every worker commit what it
has taken instead of what it has finished. A kill then loses articles, and the test has to see it.
"""

from wireroom.runtime import offsets

offsets.Offsets._reached = staticmethod(lambda progress: progress.next)  # type: ignore[method-assign]  # the fault
