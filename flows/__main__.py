"""`python3 flows run PATH` in a fresh checkout: sets up what is missing, then is `nightcrew`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Hand over to the installed command; come back only when that cannot be."""
    checkout = Path(__file__).resolve().parent.parent
    # Python puts the folder it was told to run first: our `cli` there would hide others' modules.
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != checkout / "flows"]
    sys.path.insert(0, str(checkout))
    from config import bootstrap

    return bootstrap.start_nightcrew(checkout, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
