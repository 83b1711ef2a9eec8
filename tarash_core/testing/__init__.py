"""Help for testing without keys, network or clock: simulators, scripted faults, a loopback host and made-up media."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tarash_core.engine.recording import record as record
    from tarash_core.testing import faults as faults
    from tarash_core.testing.bodies import Form as Form
    from tarash_core.testing.bodies import media_type as media_type
    from tarash_core.testing.bodies import read_body as read_body
    from tarash_core.testing.bodies import read_form as read_form
    from tarash_core.testing.bodies import read_json as read_json
    from tarash_core.testing.bodies import read_query as read_query
    from tarash_core.testing.clock import VirtualClock as VirtualClock
    from tarash_core.testing.driving import Driven as Driven
    from tarash_core.testing.driving import attempt_of as attempt_of
    from tarash_core.testing.driving import in_turn as in_turn
    from tarash_core.testing.faults import Fault as Fault
    from tarash_core.testing.host import background as background
    from tarash_core.testing.host import serve_forever as serve_forever
    from tarash_core.testing.host import serving as serving
    from tarash_core.testing.in_process import InProcess as InProcess
    from tarash_core.testing.jobs import Outcome as Outcome
    from tarash_core.testing.jobs import SimFile as SimFile
    from tarash_core.testing.jobs import SimJob as SimJob
    from tarash_core.testing.jobs import Stage as Stage
    from tarash_core.testing.rendering import Requested as Requested
    from tarash_core.testing.rendering import render_image as render_image
    from tarash_core.testing.rendering import render_video as render_video
    from tarash_core.testing.rendering import sample_image as sample_image
    from tarash_core.testing.rendering import sample_video as sample_video
    from tarash_core.testing.rendering import size_of as size_of
    from tarash_core.testing.replay import Replay as Replay
    from tarash_core.testing.reply import Reply as Reply
    from tarash_core.testing.routing import Phase as Phase
    from tarash_core.testing.routing import origin_of as origin_of
    from tarash_core.testing.routing import route as route
    from tarash_core.testing.simulator import Abort as Abort
    from tarash_core.testing.simulator import Answer as Answer
    from tarash_core.testing.simulator import Simulator as Simulator
else:
    _MODULES = {
        "bodies": ("Form", "media_type", "read_body", "read_form", "read_json", "read_query"),
        "clock": ("VirtualClock",),
        "driving": ("Driven", "attempt_of", "in_turn"),
        "faults": ("Fault", "faults"),
        "host": ("background", "serve_forever", "serving"),
        "in_process": ("InProcess",),
        "jobs": ("Outcome", "SimFile", "SimJob", "Stage"),
        "rendering": ("Requested", "render_image", "render_video", "sample_image", "sample_video", "size_of"),
        "replay": ("Replay", "record"),
        "reply": ("Reply",),
        "routing": ("Phase", "origin_of", "route"),
        "simulator": ("Abort", "Answer", "Simulator"),
    }
    _HOMES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name):
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"{__name__}.{_HOMES[name]}")
        value = globals()[name] = module if name == _HOMES[name] else getattr(module, name)
        return value


__all__ = [
    "Abort",
    "Answer",
    "Driven",
    "Fault",
    "Form",
    "InProcess",
    "Outcome",
    "Phase",
    "Replay",
    "Reply",
    "Requested",
    "SimFile",
    "SimJob",
    "Simulator",
    "Stage",
    "VirtualClock",
    "attempt_of",
    "background",
    "faults",
    "in_turn",
    "media_type",
    "origin_of",
    "read_body",
    "read_form",
    "read_json",
    "read_query",
    "record",
    "render_image",
    "render_video",
    "route",
    "sample_image",
    "sample_video",
    "serve_forever",
    "serving",
    "size_of",
]


def __dir__() -> list[str]:
    return __all__
