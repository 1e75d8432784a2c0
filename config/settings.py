"""The settings of one start, merged from their layers and checked. No global state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config import problems
from config.layers import Layer, defaults, from_arguments, from_environment, from_file, merge
from config.model import Model, WorkSettings
from policies.errors import NightcrewError


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for, and where each part of it was said."""

    model: Model
    layers: tuple[Layer, ...]
    """Lowest first."""
    file: Path | None = None
    """The nightcrew.toml that was read; None when there was none."""
    search_path: str = ""
    """PATH, where an agent's command line is looked up."""

    @property
    def agent_by_hand(self) -> str | None:
        """The agent that the command line named: the person's own choice."""
        return next((v.values.get("agent") for v in self.layers if v.kind == "arguments"), None)

    def work(self, repository: str | None = None) -> WorkSettings:
        """Give what holds for *repository*: its own table lies over the file, below the environment."""
        named = [_work_of(layer, repository) for layer in self.layers]
        return WorkSettings.model_validate(reduce(merge, named))


def load(
    cwd: Path, environ: Mapping[str, str], arguments: Mapping[str, Any], file: Path | None = None
) -> Settings:
    """Give the settings: *arguments* over *environ* over nightcrew.toml over the defaults.

    *file* is a named settings file, else nightcrew.toml in *cwd* is read if it is there. An
    argument that is None was not given. Raises NightcrewError in one line: place, key, remedy.
    """
    found = from_file(cwd, file)
    above = [from_environment(environ), from_arguments(arguments)]
    layers = (defaults(), *([found] if found else []), *above)
    try:
        model = Model.model_validate(reduce(merge, [layer.values for layer in layers]))
    except ValidationError as error:
        raise NightcrewError(problems.told(error, layers)) from None
    path = (cwd / found.name).resolve() if found else None
    return Settings(model, layers, path, environ.get("PATH", ""))


def _work_of(layer: Layer, repository: str | None) -> dict[str, Any]:
    common = {k: v for k, v in layer.values.items() if k in WorkSettings.model_fields}
    own = layer.values.get("repositories", {}).get(repository, {}) if repository else {}
    return merge(common, {k: v for k, v in own.items() if k in WorkSettings.model_fields})
