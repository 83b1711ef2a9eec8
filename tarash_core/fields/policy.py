"""What happens to a value that a model cannot take.

=======  ==========================================  ==========  ==========  =========================
.        what                                        ``error``   ``warn``    ``nearest``
=======  ==========================================  ==========  ==========  =========================
hint     seed, negative_prompt, enhance_prompt,      refused     dropped     dropped
         fps, style, quality, generate_audio=True,
         aspect_ratio where the output follows an
         input
wish     duration_seconds, resolution,               refused     refused     moved; dropped where the
         aspect_ratio, size                                                  model has no input for it
firm     prompt, media, the number of outputs,       refused     refused     refused
         generate_audio=False
=======  ==========================================  ==========  ==========  =========================
"""

from __future__ import annotations

from typing import Any, Literal

from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import names, values

Standing = Literal["hint", "wish", "firm"]


def standing_of(name: str, value: Any, follows: bool) -> Standing:
    """How much a value matters; ``follows`` says that the output has the shape of an input."""
    if name in names.HINTS or (name == "generate_audio" and value is True) or (name == "aspect_ratio" and follows):
        return "hint"
    return "wish" if name in names.WISHES else "firm"


def may_drop(standing: Standing, policy: str, *, has_input: bool) -> bool:
    """Whether a value may be left out with a notice."""
    if standing == "hint":
        return policy != "error"
    return standing == "wish" and policy == "nearest" and not has_input


def may_move(standing: Standing, policy: str) -> bool:
    """Whether a value may be moved to the nearest one."""
    return standing == "wish" and policy == "nearest"


def said(name: str, value: Any) -> str:
    """A field and its value; of a prompt only its length."""
    if name == "prompt" and isinstance(value, str):
        return f"prompt with {len(value)} characters"
    return f"{name}={values.shown(value)}"


def lacking(
    name: str, value: Any, allowed: str, where: str, standing: Standing, near: Any
) -> UnsupportedParameterError:
    """The error for a value that a model lacks, with the policy that would help."""
    way_out = ""
    if standing == "hint":
        way_out = "; on_unsupported='warn' would drop it"
    elif standing == "wish" and near is not None:
        way_out = f"; on_unsupported='nearest' would take {values.shown(near)}"
    return _error(
        name, value, allowed, f"{said(name, value)} is not possible with {where}: allowed is {allowed}{way_out}."
    )


def no_input(name: str, value: Any, where: str, standing: Standing) -> UnsupportedParameterError:
    """The error for a field that a model has no input for."""
    allowed = _NOTHING.get(name, "only leaving it out")
    helps = {
        "hint": "; on_unsupported='warn' would drop it",
        "wish": "; on_unsupported='nearest' would drop it",
        "firm": "",
    }
    sentence = f"{said(name, value)} is not possible with {where}, which has no such input: allowed is {allowed}"
    return _error(name, value, allowed, f"{sentence}{helps[standing]}.")


_NOTHING = {"number_of_videos": "1", "n": "1", "generate_audio": "True or leaving it out", "prompt": "only prompt=None"}


def missing(name: str, allowed: str, where: str) -> UnsupportedParameterError:
    """The error for a field that a model needs and that was not given."""
    return _error(name, None, allowed, f"{name} is needed by {where}, not None: allowed is {allowed}.")


def _error(name: str, value: Any, allowed: Any, sentence: str) -> UnsupportedParameterError:
    return UnsupportedParameterError(sentence, field=name, value=value, allowed=allowed)
