"""The public list, told three times: to `import *`, to type checkers, and to the lazy loader."""

import ast
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import tarash_core
from tarash_core.models.base import field_names
from tarash_core.models.request import ImageFields, ImageGenerationRequest, VideoFields, VideoGenerationRequest

NOT_IN_ALL = {"TimeoutError"}


def told_to_type_checkers() -> dict[str, str]:
    """Each name that type checkers see, with the module that it comes from."""
    tree = ast.parse(Path(tarash_core.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    lines = [line for line in block.body if isinstance(line, ast.ImportFrom)]
    assert all(alias.asname == alias.name for line in lines for alias in line.names)
    return {alias.name: (line.module or "").removeprefix("tarash_core.") for line in lines for alias in line.names}


def test_type_checkers_and_the_loader_know_the_same_names_from_the_same_places():
    assert told_to_type_checkers() == tarash_core._WHERE


def test_all_is_the_same_list_sorted_without_what_would_shadow_a_builtin():
    assert tarash_core.__all__ == sorted(tarash_core._WHERE.keys() - NOT_IN_ALL)
    assert set(tarash_core.__all__) | NOT_IN_ALL <= set(dir(tarash_core))


@pytest.mark.parametrize("name", sorted(tarash_core._WHERE))
def test_every_name_is_there_and_is_documented(name):
    value = getattr(tarash_core, name)
    if isinstance(value, type) or callable(value):
        assert value.__doc__ or typing.get_origin(value) is not None


def test_every_asynchronous_twin_has_its_blocking_one():
    twins = [name for name in tarash_core.__all__ if name.endswith("_async")]
    assert twins and all(name.removesuffix("_async") in tarash_core.__all__ for name in twins)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="generate_vidoe"):
        _ = tarash_core.generate_vidoe


def test_a_star_import_does_not_shadow_the_builtin_timeout_error():
    code = "from tarash_core import *; print(TimeoutError.__module__, generate_video.__name__)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["builtins", "generate_video"]


def test_the_version_is_that_of_the_distribution():
    assert tarash_core.__version__.count(".") == 2


@pytest.mark.parametrize(
    ("keywords", "request_class"), [(VideoFields, VideoGenerationRequest), (ImageFields, ImageGenerationRequest)]
)
def test_the_keywords_of_a_call_are_the_fields_of_the_request(keywords, request_class):
    assert set(keywords.__annotations__) == set(field_names(request_class))


@pytest.mark.parametrize("keywords", [VideoFields, ImageFields])
def test_only_the_prompt_must_be_said(keywords):
    assert [name for name, kind in keywords.__annotations__.items() if "Required" in str(kind)] == ["prompt"]
