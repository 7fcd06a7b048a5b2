"""``python -m wireroom``."""

import sys

from wireroom.cli import main

sys.exit(main())
