"""Work that is done once, whatever happens to Prefect around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Runs *work* at most once: inside what shows it where that can be, else on its own."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Keep *work* for the first that asks."""
        self._work = work
        self._begun = False
        self._results: list[T] = []
        self._raised: list[BaseException] = []

    def run(self) -> T:
        """Do the work and give its result, which `end` gives again. Raises what it raises."""
        self._begun = True
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._raised.append(error)
            raise
        return self._results[0]

    def end(self) -> T:
        """Give the result, or raise what the work raised; do it now if nobody began it."""
        if not self._begun:
            return self.run()
        if self._raised:
            raise self._raised[0]
        return self._results[0]
