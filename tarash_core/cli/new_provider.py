"""``tarash new-provider``: a package of one's own that works at once against its own simulator."""

from __future__ import annotations

import functools
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

_EXAMPLE = '\b\nExample:\n  tarash new-provider --name acme --title "Acme Video" --kind video --api queue'

CHOICES = {"kind": ("video", "image", "both"), "api": ("queue", "synchronous")}
QUESTIONS = ("name", "title", "author", *CHOICES)
"""What is asked, in this order; the template asks the same."""

_NO_COOKIECUTTER = 'The command new-provider needs cookiecutter; run: pip install "tarash-core[new-provider]"'


@click.command("new-provider", epilog=_EXAMPLE)
@click.option("--name", metavar="NAME", help="Call the provider so: a word in small letters, such as acme.")
@click.option("--title", metavar="TEXT", help="Call the vendor so in sentences, such as Acme Video.")
@click.option("--author", metavar="TEXT", help="Publish the package under this name.")
@click.option("--kind", type=click.Choice(CHOICES["kind"]), help="Say what the vendor makes.")
@click.option(
    "--api",
    type=click.Choice(CHOICES["api"]),
    help="Say how the vendor answers: with a job to ask about, or with the result at once.",
)
@click.option(
    "--output-dir",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    default=".",
    show_default=True,
    help="Make the package's folder in this one.",
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: what is not given gets the usual answer.")
def new_provider(output_dir: Path, yes: bool, **given: str | None) -> None:
    """Make a package for a provider of your own.

    What is not given is asked. The package speaks an API that is made up, against a simulator of its own, with tests,
    types and workflows; write the vendor's API into it, file by file. Needs the extra new-provider.
    """
    known = {question: answer for question, answer in given.items() if answer is not None}
    if yes and "name" not in known:
        raise click.UsageError("With --yes the name has to be given, such as --name acme.")
    values = settled(answered(known, ask=not yes))
    click.echo(f"Made {bake(values, output_dir)}. Next:\n{_next(values)}")


def template() -> Path:
    """The folder of the template: within the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    checkout = package.parent / "cookiecutter-provider"
    return checkout if checkout.is_dir() else package / "_scaffold"


def answered(known: Mapping[str, str], *, ask: bool) -> dict[str, str]:
    """The answers that are known or asked for, each one checked before the next is asked.

    Args:
        known: The answers that were given.
        ask: Whether the others are asked for, or left to the template.

    Raises:
        UsageError: A given answer cannot be used; one that was asked for is asked again.
    """
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        if question in known:
            answers[question] = _checked(question, known[question])
        elif ask:
            answers[question] = _asked(question, settled(answers)[question])
    return answers


def settled(answers: Mapping[str, str]) -> dict[str, Any]:
    """Every value of the template; a question without an answer has the usual one.

    Raises:
        PluginError: cookiecutter is not installed.
    """
    try:
        from cookiecutter.generate import generate_context  # type: ignore[import-untyped]
        from cookiecutter.prompt import prompt_for_config  # type: ignore[import-untyped]
    except ImportError as error:
        from tarash_core.errors import PluginError

        raise PluginError(_NO_COOKIECUTTER) from error
    context = generate_context(str(template() / "cookiecutter.json"), extra_context=dict(answers))
    return dict(prompt_for_config(context, no_input=True))


def bake(values: Mapping[str, Any], output_dir: Path) -> Path:
    """Makes the package and returns its folder.

    Args:
        values: Every value of the template.
        output_dir: The folder in which that folder is made.

    Raises:
        UsageError: There is such a folder already.
    """
    from cookiecutter.generate import generate_files

    folder = output_dir / str(values["__distribution"])
    if folder.exists():
        raise click.UsageError(f"There is {str(folder)!r} already; remove it, or choose another --output-dir.")
    generate_files(str(template()), {"cookiecutter": dict(values)}, str(output_dir))
    return folder


def _checked(question: str, answer: str) -> str:
    if fault := _fault()(question, answer):
        raise click.UsageError(fault)
    return answer


@functools.cache
def _fault() -> Callable[[str, str], str | None]:
    """The template's own check of an answer."""
    check: Callable[[str, str], str | None] = runpy.run_path(str(template() / "hooks" / "pre_gen_project.py"))["fault"]
    return check


def _asked(question: str, usual: str) -> str:
    text = _questions()[question]
    if question in CHOICES:
        return str(click.prompt(text, default=usual, type=click.Choice(CHOICES[question])))
    return str(click.prompt(text, default=usual, value_proc=functools.partial(_checked, question)))


@functools.cache
def _questions() -> Mapping[str, str]:
    import json

    questions: Mapping[str, str] = json.loads((template() / "cookiecutter.json").read_text("utf-8"))["__prompts__"]
    return questions


def _next(values: Mapping[str, Any]) -> str:
    command, file = ("image", "fox.png") if values["kind"] == "image" else ("generate", "fox.mp4")
    model = f"{values['name']}/{values['__model']}"
    return (
        f"  cd {values['__distribution']}\n"
        '  pip install -e ".[dev]"\n'
        "  pytest\n"
        f'  tarash {command} "A red fox in fresh snow" --model {model} --simulate -o {file}'
    )
