"""What every table of the settings has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Table(BaseModel):
    """A table of the settings: a key it does not know is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
