"""A process of a user: ``worker.py LEDGER ACTION [STEP TO DIE AT]``; a line starts it, it tells in JSON."""

import json
import os
import runpy
import signal
import sys
from pathlib import Path

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core import ledger as ledgers
from tarash_core.plugins import Done, hookimpl, register_extension, register_provider

FOX = VideoGenerationConfig.from_string("acme/acme-1", poll_interval=0.02, timeout=30)


class Death:
    """Kills this process, as the system would, at one step."""

    def __init__(self, step):
        self.step = step

    def at(self, step):
        if step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)

    @hookimpl(trylast=True)
    def tarash_submitting(self):
        self.at("intent written, nothing sent")

    @hookimpl
    def tarash_exchange(self, request):
        if request.method == "POST":
            self.at("bought, receipt not written")

    @hookimpl(trylast=True)
    def tarash_job_accepted(self):
        self.at("receipt written")

    @hookimpl(trylast=True)
    def tarash_job_updated(self, update):
        if isinstance(update, Done):
            self.at("finished, not handed over")


def tell(**said):
    print(json.dumps(said), flush=True)


def main(path, action, step=""):
    vendor = runpy.run_path(str(Path(__file__).with_name("vendor.py")))
    register_provider("acme", vendor["Acme"]())
    ledger = ledgers.enable(path)
    register_extension(Death(step))
    tell(ready=True)
    sys.stdin.readline()
    with Gateway() as gateway:
        if action == "resume":
            [entry] = ledger.entries()
            response = gateway.wait_job(entry.job, config=FOX)
        else:
            accepted = lambda job: tell(accepted=job.id)  # noqa: E731
            response = gateway.generate_video(
                FOX, prompt="A fox", on_accepted=accepted, attach_if_running=action == "attach"
            )
        tell(got=response.request_id, bytes=len(response.video.read()))


main(*sys.argv[1:])
