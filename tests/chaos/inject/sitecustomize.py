"""Put on PYTHONPATH of a service, it does to that service alone what CHAOS asks for. See ``order``."""

import os
import sys

if os.environ.get("CHAOS") and "run" in sys.orig_argv:  # not in what a service starts itself
    from tests.chaos.inject import breaks, points, troubles  # noqa: F401  # it registers itself
    from tests.chaos.inject.order import Order

    order = Order.read(os.environ["CHAOS"])
    points.fit(order)
    for name in order.breaks:
        breaks.BREAKS[name]()
