"""`python3 tests` in a fresh checkout: sets up what is missing, then runs all tests.

Further arguments go to pytest: `python3 tests tests/policies -k breaker`.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Hand over to pytest; come back only when that cannot be."""
    checkout = Path(__file__).resolve().parent.parent
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != checkout / "tests"]
    sys.path.insert(0, str(checkout))
    from config import bootstrap

    return bootstrap.start_tests(checkout, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
