"""The options that ``generate`` and ``image`` share, and from the words of the shell to config and request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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


class MediumType(ParamType):
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


class OutputType(ParamType):
    """Where the result goes: checked before anything is bought."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path of a file, or of an existing folder."""
        import os

        path = Path(value)
        folder = path if path.is_dir() else path.parent
        if not folder.is_dir():
            self.fail(f"there is no folder {str(folder)!r} to save in; make it first.", param, ctx)
        if not os.access(folder, os.W_OK):
            self.fail(f"nothing can be written in the folder {str(folder)!r}; choose another.", param, ctx)
        return path


MEDIUM, IMAGE, ASSIGNMENT = MediumType(), ImageType(), Assignment()

_FIRST = [
    click.argument("prompt", required=False),
    click.option(
        "-m", "--model", "models", multiple=True, metavar="PROVIDER/MODEL",
        help="Ask this model, such as fal/fal-ai/veo3.1. Repeat it to name those that are asked when one fails.",
    ),
    click.option(
        "-o", "--output", type=OutputType(), required=True, help="Save the result as this file, or in this folder."
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
    click.option("--mode", metavar="MODE", help="Name the way of using the model, such as edit-video."),
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
    click.option("--mock", is_flag=True, help="Make up the answer: no network, no key, nothing bought."),
    click.option("--simulate", is_flag=True, help="Ask simulators on this machine over HTTP: no key, nothing bought."),
    click.option("--resume", metavar="RECEIPT", help="Take up a job by the file of its receipt; - reads the input."),
    click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, and no progress."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
]  # fmt: skip

CONFIG_FIELDS = (
    "on_unsupported", "timeout", "poll_interval", "allow_retired", "api_key", "base_url", "provider_config",
)  # fmt: skip
_SHELL = ("prompt", "models", "output", "mock", "simulate", "resume", "as_json", "quiet", *CONFIG_FIELDS)


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


def check_together(given: Mapping[str, Any]) -> None:
    """Refuses options that exclude each other.

    Raises:
        UsageError: Two of them do, or neither a model nor a receipt is given.
    """
    if given["mock"] and given["simulate"]:
        raise click.UsageError("--mock and --simulate exclude each other: the mock asks nobody, not even a simulator.")
    if given["resume"] is None and not given["models"]:
        raise click.UsageError("Name a model with --model PROVIDER/MODEL, such as --model fal/fal-ai/veo3.1.")
    if given["resume"] is not None:
        _check_resume(given)


def _check_resume(given: Mapping[str, Any]) -> None:
    wanted = [name for name in ("prompt", "models", "mock", "simulate") if given[name]]
    if wanted or request_fields(given):
        raise click.UsageError(
            "--resume takes up a job as it was bought; leave out the prompt, --model and all wishes."
        )


def settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are fields of the first config, as far as they were given."""
    settings = {name: given[name] for name in CONFIG_FIELDS if given[name] not in (None, ())}
    if "provider_config" in settings:
        settings["provider_config"] = dict(settings["provider_config"])
    return settings


def config_of(kind: Kind, given: Mapping[str, Any]) -> Config:
    """The chain of the named models.

    Raises:
        ValidationError: A model is not written ``provider/model``, or a setting cannot work.
    """
    from tarash_core.models.config import CONFIGS
    from tarash_core.models.mock import MockConfig

    cls, settings = CONFIGS[kind], settings_of(given)
    head, *others = given["models"]
    if given["mock"]:
        settings["mock"] = MockConfig(enabled=True)
    for_each = {name: settings[name] for name in ("poll_interval",) if name in settings}
    fallbacks = tuple(cls.from_string(other, **for_each) for other in others)
    return cls.from_string(head, **settings, fallback_configs=fallbacks)


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
