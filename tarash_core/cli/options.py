"""The options that ``generate`` and ``image`` share, and from the words of the shell to config and request."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from tarash_core.cli import completing

if TYPE_CHECKING:
    from tarash_core.models.config import Config
    from tarash_core.models.job import Kind
    from tarash_core.models.media import ImageInput
    from tarash_core.models.request import Request

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # older versions of click know no type arguments

F = TypeVar("F", bound=Callable[..., Any])
Option = Callable[[Any], Any]


class FileType(ParamType):
    """Something that is a file, also to the shell's completion."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Leaves it to the shell to name files."""
        return [CompletionItem(incomplete, type="file")]


class MediumType(FileType):
    """A file of the user's, as a Path, or a URL."""

    name = "path or url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The Path of an existing file; a URL or data URI as it is."""
        text = str(value)
        if "://" in text or text.startswith("data:"):
            return text
        path = Path(text)
        if not path.is_file():
            self.fail(f"there is no file {text!r}; give the path of a file, or a URL.", param, ctx)
        try:
            path.open("rb").close()
        except OSError as error:
            self.fail(f"the file {text!r} cannot be read: {error.strerror}.", param, ctx)
        return path


class ImageType(MediumType):
    """A medium with the part that it plays in front: ``style=look.png``."""

    name = "[role=]path or url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ImageInput:
        """An ImageInput; without a role it takes the only one that the model has."""
        from tarash_core.models.media import IMAGE_TYPES, ImageInput

        role, _, rest = str(value).partition("=")
        if role in IMAGE_TYPES and rest:
            return ImageInput(super().convert(rest, param, ctx), role)
        return ImageInput(super().convert(value, param, ctx))


class Assignment(ParamType):
    """``KEY=VALUE``; the value is read as JSON where it is JSON, else as text."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The key and its value."""
        import json

        key, equals, text = str(value).partition("=")
        if not equals or not key:
            self.fail(f"{value!r} must read KEY=VALUE.", param, ctx)
        try:
            return key, json.loads(text)
        except ValueError:
            return key, text


class OutputType(FileType):
    """Where the result goes: checked before anything is bought."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path of a file, or of an existing folder, which a slash at the end says that it must be."""
        if str(value) == "-":
            self.fail("a result is not written to the standard output; name a file or a folder.", param, ctx)
        path = Path(value)
        is_folder = path.is_dir() or str(value).endswith((os.sep, "/"))
        folder = path if is_folder else path.parent
        if not folder.is_dir():
            self.fail(f"there is no folder {str(folder)!r} to save in; make it first.", param, ctx)
        if not os.access(folder, os.W_OK):
            self.fail(f"nothing can be written in the folder {str(folder)!r}; choose another.", param, ctx)
        return path


class PromptType(ParamType):
    """What is wanted, in words."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words; those of the standard input for a dash."""
        return sys.stdin.read().strip() if value == "-" else str(value)


class Prompted(click.Command):
    """A command that takes a prompt, which is easily given without its quotes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As in click, and words too many get the likely reason."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if "unexpected extra argument" in error.message:
                raise click.UsageError(f"{error.message}. Put the prompt in quotes.", ctx) from error
            raise


class Sentences(click.Group):
    """A group whose help has the first sentence of each command in full."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by name."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.commands[name].get_short_help_str(1000)) for name in sorted(self.commands)])


MEDIUM, IMAGE, ASSIGNMENT, PROMPT = MediumType(), ImageType(), Assignment(), PromptType()
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON in place of text.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
_NAMED = (
    click.argument("named", metavar="[PROVIDER]...", nargs=-1, shell_complete=completing.providers),
    click.option(
        "--provider", "providers", multiple=True, metavar="NAME", shell_complete=completing.providers,
        help="Only this provider; the same as PROVIDER. May be repeated.",
    ),
)  # fmt: skip
PROFILE = click.option(
    "--profile", metavar="NAME", shell_complete=completing.profiles,
    help="Ask the models of this profile of tarash.toml or pyproject.toml, with its settings.",
)  # fmt: skip

_FIRST = [
    click.argument("prompt", required=False, type=PROMPT),
    click.option(
        "-m", "--model", "models", multiple=True, metavar="PROVIDER/MODEL", shell_complete=completing.models,
        help="Ask this model, such as fal/fal-ai/veo3.1. Repeat it to name those that are asked when one fails.",
    ),
    PROFILE,
    click.option(
        "-o", "--output", type=OutputType(), help="Save the result as this file, or in this folder."
    ),
]  # fmt: skip
_WISHES = [
    click.option("--aspect-ratio", metavar="W:H", help="Ask for this ratio of width to height, such as 16:9."),
    click.option("--resolution", metavar="TEXT", help="Ask for this resolution, such as 720p or 4k."),
    click.option("--negative-prompt", metavar="TEXT", help="Say what to avoid."),
    click.option("--seed", type=int, help="Ask for the result of this seed, where the model takes one."),
    click.option("--style", metavar="TEXT", help="Ask for a style by the model's own name."),
    click.option(
        "--enhance-prompt/--no-enhance-prompt", default=None, help="Say whether the vendor may rewrite the prompt."
    ),
    click.option("--image", "image_list", type=IMAGE, multiple=True, help="Add an input image; may be repeated."),
    click.option("--mask", "mask_image", type=MEDIUM, help="Change only this part of the input."),
    click.option(
        "--mode", metavar="MODE", shell_complete=completing.modes,
        help="Name the way of using the model, such as edit-video.",
    ),
    click.option(
        "--param", "extra_params", type=ASSIGNMENT, multiple=True,
        help="Send a parameter of the model's own; JSON values are read as such. May be repeated.",
    ),
]  # fmt: skip
_TERMS = [
    click.option(
        "--on-unsupported", type=click.Choice(["error", "warn", "nearest"]),
        help="Say what happens to a wish that the model lacks. The default is warn.",
    ),
    click.option("--allow-retired", is_flag=True, default=None, help="Send to a model that the vendor switched off."),
    click.option(
        "--max-cost", "max_cost_usd", type=click.FloatRange(min=0), metavar="USD",
        help="Buy nothing that should cost more US dollars than this, or whose price is not known.",
    ),
    click.option(
        "--allow-unknown-cost", is_flag=True, default=None, help="With --max-cost, buy although no price is known."
    ),
    click.option("--base-url", metavar="URL", help="Use another host that speaks the first provider's protocol."),
    click.option(
        "--set", "provider_config", type=ASSIGNMENT, multiple=True,
        help="Set one of the first provider's own settings; JSON values are read as such. May be repeated.",
    ),
]  # fmt: skip
_MANNER = [
    click.option("--timeout", type=float, metavar="SECONDS", help="Give each model so long from submit to result."),
    click.option(
        "--poll-interval", type=float, metavar="SECONDS", help="Look at the job so often, not at the vendor's pace."
    ),
    click.option("--api-key", metavar="KEY", help="Use this key for the first model, not the vendor's variable."),
    click.option(
        "--discover", is_flag=True, default=None,
        help="Fetch the published schema of the first model where no catalogue lists it, and check the wishes by that.",
    ),
    click.option("--mock", is_flag=True, help="Make up the answer: no network, no key, nothing bought."),
    click.option("--simulate", is_flag=True, help="Ask simulators on this machine over HTTP: no key, nothing bought."),
    click.option(
        "--attach", is_flag=True, help="Wait for an equal request that is at work by the ledger; do not buy it again."
    ),
    click.option(
        "--resume", metavar="RECEIPT", type=click.Path(allow_dash=True),
        help="Take up a job by the file of its receipt; - reads the input.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, and no progress."),
    QUIET,
    click.option("-v", "--verbose", is_flag=True, help="Tell also what the model decides itself, as it was not asked."),
]  # fmt: skip

CONFIG_FIELDS = (
    "on_unsupported", "timeout", "poll_interval", "allow_retired", "api_key", "base_url", "provider_config",
    "max_cost_usd", "allow_unknown_cost", "discover",
)  # fmt: skip
_SHELL = (
    "prompt", "models", "profile", "output", "mock", "simulate", "attach", "resume", "as_json", "quiet", "verbose",
    *CONFIG_FIELDS,
)  # fmt: skip


def generation_options(*own: Option) -> Callable[[F], F]:
    """Adds the shared options to a command, with those of its kind between the wishes."""
    return _all_of([*_FIRST, *own, *_WISHES, *_TERMS, *_MANNER])


def planning_options(*own: Option) -> Callable[[F], F]:
    """Adds to a command what a plan depends on: the wishes and the terms, after options of its own."""
    return _all_of([*own, *_WISHES, *_TERMS])


def _all_of(options: Sequence[Option]) -> Callable[[F], F]:
    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def provider_options(function: F) -> F:
    """Adds the providers that a command is about, as its words or by option: it takes both as ``providers``."""

    @functools.wraps(function)
    def command(*args: Any, named: tuple[str, ...], providers: tuple[str, ...], **given: Any) -> Any:
        together = tuple(dict.fromkeys((*named, *providers)))
        _check_no_model(together)
        return function(*args, providers=together, **given)

    return _all_of(_NAMED)(command)  # type: ignore[return-value]


def _check_no_model(providers: Sequence[str]) -> None:
    model = next((name for name in providers if "/" in name), None)
    if model is not None:
        raise click.UsageError(f"{model!r} is a model, not a provider; to look at it: tarash explain {model}")


def check_together(given: Mapping[str, Any]) -> None:
    """Refuses options that exclude each other.

    Raises:
        UsageError: Two of them do, or there is neither a model nor a profile nor a receipt.
    """
    if given["mock"] and given["simulate"]:
        raise click.UsageError("--mock and --simulate exclude each other: the mock asks nobody, not even a simulator.")
    if given["profile"] and given["models"]:
        raise click.UsageError("--profile names the models; leave out --model, or the profile.")
    if given["resume"] is None and not given["models"] and not given["profile"]:
        raise click.UsageError(
            "Name a model with --model PROVIDER/MODEL, such as --model fal/fal-ai/veo3.1, or a profile with --profile."
        )
    if given["attach"]:
        _check_attach(given)
    if given["resume"] is not None:
        _check_resume(given)


def _check_attach(given: Mapping[str, Any]) -> None:
    from tarash_core.ledger import default_path

    if given["mock"] or given["simulate"]:
        raise click.UsageError("--attach looks for what was bought; leave it out with --mock and --simulate.")
    if default_path() is None:
        raise click.UsageError("--attach looks in the ledger, which an empty TARASH_LEDGER switches off; change that.")


def _check_resume(given: Mapping[str, Any]) -> None:
    wanted = [name for name in ("prompt", "models", "profile", "mock", "simulate", "attach") if given[name]]
    if wanted or request_fields(given):
        raise click.UsageError(
            "--resume takes up a job as it was bought; leave out the prompt, --model, --profile and all wishes."
        )


def settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are fields of the first config, as far as they were given."""
    settings = {name: given[name] for name in CONFIG_FIELDS if given.get(name) not in (None, ())}
    if "provider_config" in settings:
        settings["provider_config"] = dict(settings["provider_config"])
    return settings


def config_of(kind: Kind, given: Mapping[str, Any]) -> Config:
    """The chain of the named models, or of the profile.

    Raises:
        ValidationError: A model is not written ``provider/model``, or a setting or the profile cannot work.
        AuthenticationError: The profile names a variable for its key that is not set.
    """
    from tarash_core.models.config import CONFIGS
    from tarash_core.models.mock import MockConfig

    settings = settings_of(given)
    if given["mock"]:
        settings["mock"] = MockConfig(enabled=True)
    for_each = {name: settings[name] for name in ("poll_interval",) if name in settings}
    if given.get("profile"):
        return _profiled(kind, given, for_each).replace(**settings)
    head, *others = given["models"]
    fallbacks = tuple(CONFIGS[kind].from_string(other, **for_each) for other in others)
    return CONFIGS[kind].from_string(head, **settings, fallback_configs=fallbacks)


def _profiled(kind: Kind, given: Mapping[str, Any], for_each: Mapping[str, Any]) -> Config:
    from tarash_core.profiles import everywhere, read_profiles

    needs_key = not (given["mock"] or given.get("simulate") or given.get("api_key"))
    return everywhere(read_profiles().config(kind, given["profile"], needs_key=needs_key), for_each)


def targets_of(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Each ``provider/model`` that is asked, in order."""
    from tarash_core.profiles import read_profiles

    return read_profiles().targets(given["profile"]) if given.get("profile") else tuple(given["models"])


def request_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are fields of the request, as far as they were given."""
    fields = {name: value for name, value in given.items() if name not in _SHELL and value not in (None, ())}
    if "extra_params" in fields:
        fields["extra_params"] = dict(fields["extra_params"])
    return fields


def request_of(kind: Kind, given: Mapping[str, Any]) -> Request:
    """The request of the options.

    Raises:
        ValidationError: A value cannot work.
    """
    from tarash_core.models import request

    return request.request_of(kind, {"prompt": given["prompt"], **request_fields(given)})
