from pathlib import Path

from tarash_core.engine.measure import measure

MODEL = "fal/fal-ai/flux/dev"


def test_several_images_get_numbered_names(run):
    result = run("image", "A fox", "-m", MODEL, "--mock", "--n", "3", "--size", "512x512", "-o", "fox.png")
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in Path().glob("*.png")) == ["fox-1.png", "fox-2.png", "fox-3.png"]
    assert result.stdout.count("Saved ") == 3


def test_one_image_keeps_the_name(run):
    result = run("image", "A fox", "-m", MODEL, "--simulate", "--poll-interval", "0", "-o", "fox.jpg")
    assert result.exit_code == 0, result.stderr
    assert measure("fox.jpg").width == 1024


def test_a_folder_takes_the_provider_s_names(run, tmp_path):
    (tmp_path / "out").mkdir()
    result = run("image", "A fox", "-m", MODEL, "--mock", "--n", "2", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_an_option_of_videos_is_unknown(run):
    result = run("image", "A fox", "-m", MODEL, "--duration", "4", "-o", "fox.png")
    assert result.exit_code == 2
    assert "No such option" in result.stderr


def test_a_size_that_is_none_is_refused(run):
    result = run("image", "A fox", "-m", MODEL, "--mock", "--size", "big", "-o", "fox.png")
    assert result.exit_code == 2
    assert "size must be" in result.stderr
