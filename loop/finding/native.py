"""How Rust, Go and make repositories are checked; they need no setup."""

from __future__ import annotations

import re
from pathlib import Path

from loop.finding.files import text
from policies.plan import CheckSpec

_MANIFESTS = {
    "Cargo.toml": ("cargo", "test"),
    "go.mod": ("go", "test", "./..."),
}
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_TEST_TARGET = re.compile(r"^test[ \t]*:(?!=)", re.MULTILINE)


def find_checks(root: Path) -> tuple[CheckSpec, ...]:
    """Give `cargo test` and `go test` where their manifests are."""
    return tuple(
        CheckSpec(name=" ".join(argv[:2]), argv=argv, source=manifest)
        for manifest, argv in _MANIFESTS.items()
        if (root / manifest).is_file()
    )


def find_make(root: Path) -> tuple[CheckSpec, ...]:
    """Give `make test` when the makefile that make reads first has that target."""
    for name in _MAKEFILES:
        if (root / name).is_file():
            found = _TEST_TARGET.search(text(root / name))
            check = CheckSpec(name="make test", argv=("make", "test"), source=f"{name} test:")
            return (check,) if found else ()
    return ()
