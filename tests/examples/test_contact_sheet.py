import io
from pathlib import Path
from types import ModuleType

import av
import pytest

from tarash_core.testing import Simulators, faults, render_video

BORDERS = 4


def size_of(png: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(png), "r", format="png_pipe") as container:
        frame = next(container.decode(video=0))
    return frame.width, frame.height


def size_of_sheet(program: ModuleType, rows: int) -> tuple[int, int]:
    return (
        program.STILLS * (program.WIDTH + BORDERS) + BORDERS,
        rows * (program.HEIGHT + BORDERS) + BORDERS,
    )


def test_both_providers_are_on_the_sheet(
    program: ModuleType, tarash_simulators: Simulators, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main("A red fox in fresh snow", tmp_path / "sheet.png") == 0
    assert size_of((tmp_path / "sheet.png").read_bytes()) == size_of_sheet(program, 2)
    assert [len(tarash_simulators[name].bought) for name in ("fal", "runway")] == [1, 1]
    assert "from top to bottom: fal/fal-ai/veo3.1, runway/gen4.5" in capsys.readouterr().out


def test_one_provider_that_fails_leaves_the_other(
    program: ModuleType, tarash_simulators: Simulators, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tarash_simulators.script("fal", faults.failed())
    assert program.main("A red fox in fresh snow", tmp_path / "sheet.png") == 0
    assert size_of((tmp_path / "sheet.png").read_bytes()) == size_of_sheet(program, 1)
    assert "from top to bottom: runway/gen4.5" in capsys.readouterr().out


def test_no_clip_no_sheet(program: ModuleType, tarash_simulators: Simulators, tmp_path: Path) -> None:
    for name in ("fal", "runway"):
        tarash_simulators.script(name, faults.failed())
    assert program.main("A red fox in fresh snow", tmp_path / "sheet.png") == 1
    assert not (tmp_path / "sheet.png").exists()


def test_stills_are_spread_over_the_clip(program: ModuleType) -> None:
    moments = [frame.time for frame in program.stills(render_video(8, 640, 360))]
    assert moments == [0, 2, 4, 6]


def test_clips_of_other_sizes_and_ratios_share_a_sheet(program: ModuleType) -> None:
    contents = [render_video(2, 1280, 720), render_video(5, 360, 640)]
    assert size_of(program.sheet(contents)) == size_of_sheet(program, 2)
