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
    from tarash_core.testing.contract import Documented as Documented
    from tarash_core.testing.contract import ProviderContract as ProviderContract
    from tarash_core.testing.contract import Sample as Sample
    from tarash_core.testing.contract import deviates as deviates
    from tarash_core.testing.contract import since as since
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
    from tarash_core.testing.replay import replayed as replayed
    from tarash_core.testing.reply import Reply as Reply
    from tarash_core.testing.routing import Phase as Phase
    from tarash_core.testing.routing import origin_of as origin_of
    from tarash_core.testing.routing import route as route
    from tarash_core.testing.simulated import simulated_account as simulated_account
    from tarash_core.testing.simulated import simulator_of as simulator_of
    from tarash_core.testing.simulator import Abort as Abort
    from tarash_core.testing.simulator import Answer as Answer
    from tarash_core.testing.simulator import Simulator as Simulator
    from tarash_core.testing.stand_ins import Simulators as Simulators
    from tarash_core.testing.stand_ins import set_testing as set_testing
    from tarash_core.testing.stand_ins import simulating as simulating
else:
    _MODULES = {
        "bodies": ("Form", "media_type", "read_body", "read_form", "read_json", "read_query"),
        "clock": ("VirtualClock",),
        "contract": ("Documented", "ProviderContract", "Sample", "deviates", "since"),
        "driving": ("Driven", "attempt_of", "in_turn"),
        "faults": ("Fault", "faults"),
        "host": ("background", "serve_forever", "serving"),
        "in_process": ("InProcess",),
        "jobs": ("Outcome", "SimFile", "SimJob", "Stage"),
        "rendering": ("Requested", "render_image", "render_video", "sample_image", "sample_video", "size_of"),
        "replay": ("Replay", "record", "replayed"),
        "reply": ("Reply",),
        "routing": ("Phase", "origin_of", "route"),
        "simulated": ("simulated_account", "simulator_of"),
        "simulator": ("Abort", "Answer", "Simulator"),
        "stand_ins": ("Simulators", "set_testing", "simulating"),
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
    "Documented",
    "Driven",
    "Fault",
    "Form",
    "InProcess",
    "Outcome",
    "Phase",
    "ProviderContract",
    "Replay",
    "Reply",
    "Requested",
    "Sample",
    "SimFile",
    "SimJob",
    "Simulator",
    "Simulators",
    "Stage",
    "VirtualClock",
    "attempt_of",
    "background",
    "deviates",
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
    "replayed",
    "route",
    "sample_image",
    "sample_video",
    "serve_forever",
    "serving",
    "set_testing",
    "simulated_account",
    "simulating",
    "simulator_of",
    "since",
    "size_of",
]


def __dir__() -> list[str]:
    return __all__
