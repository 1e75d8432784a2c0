"""Renders a pass's prompt from its template, in a sandbox, the same bytes for the same material."""

from __future__ import annotations

import traceback
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loop.errors import NightcrewError
from policies.failure import Failure
from policies.material import Material
from policies.plan import RepoPlan
from policies.text import clip, fence, one_line, safe

SHIPPED = Path(__file__).resolve().parent.parent / "config" / "prompts"
"""The templates that come with the program."""

FAILURE_LIMIT_BYTES = 3_000
LINE_LIMIT_CHARS = 400


class PromptError(NightcrewError):
    """A prompt template is missing or broken."""


def render(
    pass_name: str,
    material: Material,
    plan: RepoPlan,
    last_failure: Failure | None = None,
    prompts_dir: Path | None = None,
) -> bytes:
    """Give the prompt of *pass_name* as UTF-8.

    The template is `<pass_name>.md.j2` in *prompts_dir*, else the shipped one. Raises PromptError
    that names the file and the line when the template is missing or does not work.
    """
    environment = _environment(prompts_dir)
    name = f"{pass_name}.md.j2"
    try:
        text = environment.get_template(name).render(
            pass_name=pass_name,
            material=material,
            plan=plan,
            last_failure=_cause(last_failure) if last_failure else "",
        )
    except Exception as error:  # a template can raise anything: it is a person's program
        raise PromptError(_told(error, name, prompts_dir)) from error
    return (text.strip() + "\n").encode("utf-8", "replace")


def with_failure(prompt: bytes, failure: Failure) -> bytes:
    """Give a frozen *prompt*, every byte of it kept, followed by why its last attempt failed."""
    template = _environment(None).get_template("_last_failure.md.j2")
    said = template.render(last_failure=_cause(failure)).strip()
    return prompt.rstrip(b"\n") + b"\n\n" + said.encode("utf-8", "replace") + b"\n"


def _environment(prompts_dir: Path | None) -> ImmutableSandboxedEnvironment:
    folders: list[BaseLoader] = [FileSystemLoader(SHIPPED)]
    if prompts_dir is not None:
        folders.insert(0, FileSystemLoader(prompts_dir))
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(folders),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fence"] = fence
    return environment


def _cause(failure: Failure) -> str:
    head = f"{failure.failure_class.value}: {one_line(failure.summary, LINE_LIMIT_CHARS)}"
    lines = [safe(line)[:LINE_LIMIT_CHARS] for line in failure.lines]
    return clip("\n".join([head, *lines]), FAILURE_LIMIT_BYTES)


def _told(error: Exception, name: str, prompts_dir: Path | None) -> str:
    folder = prompts_dir or SHIPPED
    if isinstance(error, TemplateNotFound):
        return (
            f"no prompt template `{error.name}` in {folder}: add the file, or take its pass out"
            " of `passes`"
        )
    if isinstance(error, TemplateSyntaxError):
        where = f"{error.filename or folder / name}:{error.lineno}"
    else:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.endswith(".j2")
        ]
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(folder / name)
    said = one_line(str(error), 200) or type(error).__name__
    return f"broken prompt template {where}: {said}; correct it, or take your copy away"
