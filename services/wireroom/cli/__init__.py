"""The command line, and the only place where everything meets."""

from __future__ import annotations

import sys

from wireroom.cli.trouble import Trouble


def main(argv: list[str] | None = None) -> int:
    """Status 0: done; 1: could not, and said why; 2: asked wrongly; 130: Ctrl-C."""
    from wireroom.cli.commands import parser

    arguments = parser().parse_args(argv)
    if arguments.command == "health":  # every few seconds in every container: nothing more
        return int(arguments.run(arguments))
    from wireroom.runtime import logs
    from wireroom.runtime.errors import Unavailable
    from wireroom.wire.transport import Gone

    logs.quiet()
    try:
        status: int = arguments.run(arguments)
        return status
    except Trouble as error:
        sys.stderr.write(f"wireroom: {error}\n")
        return 1
    except (Gone, Unavailable) as error:
        sys.stderr.write(f"wireroom: {error}; `wireroom doctor` tells what to do\n")
        return 1
    except KeyboardInterrupt:
        return 130
