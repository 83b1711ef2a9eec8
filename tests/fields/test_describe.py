import pytest

from tarash_core.fields.describe import as_table, describe, explain, variant_of

from .models import FOX, KLING, PNG, RUNWAY, VEO, one_way, plan


def test_what_a_variant_takes():
    rows = {row.path: row for row in describe(VEO.variants[0])}
    assert rows["duration"].field == "duration_seconds" and rows["duration"].allowed == "4, 6 or 8"
    assert rows["duration"].default == "8" and rows["prompt"].required
    images = {row.path: row for row in describe(KLING.variants[2])}
    assert images["contents[type=refer_image][].url"].field == "reference images"
    assert images["contents[type=refer_image][].url"].allowed == "at most 7 as url or base64"
    runway = {row.path: row for row in describe(RUNWAY.variants[0])}
    assert runway["model"].type == "constant" and runway["model"].field == ""
    assert runway["ratio"].field == "aspect_ratio, resolution, size"
    assert runway["ratio"].allowed == "1280:720, 720:1280 or 1920:1080" and runway["ratio"].default == "1280:720"


def test_what_a_plan_does_and_why():
    made = plan(VEO, policy="nearest", duration_seconds=5, negative_prompt="fog", extra_params={"auto_fix": True})
    rows = {row.field: row for row in explain(made, VEO)}
    assert rows["duration_seconds"].value == "4s" and "moved from 5 to 4" in rows["duration_seconds"].why
    assert rows["resolution"].value == "" and "the model takes '720p'" in rows["resolution"].why
    assert rows["negative_prompt"].path == "" and "dropped" in rows["negative_prompt"].why
    assert rows["extra_params['auto_fix']"].value == "True"


def test_media_are_elided():
    made = plan(KLING, first_frame=PNG, last_frame=FOX)
    rows = {row.field: row for row in explain(made, KLING)}
    assert str(len(PNG)) in rows["first_frame"].value and "PNG" not in rows["first_frame"].value.replace("Media", "")
    assert rows["last_frame"].value == FOX
    assert variant_of(made, KLING) is KLING.variants[1]


def test_a_plan_of_another_model_has_no_rows_of_fields():
    assert variant_of(plan(KLING), RUNWAY) is None
    assert explain(plan(one_way({}), model="other"), RUNWAY)


@pytest.mark.parametrize("rows", [describe(VEO.variants[0]), explain(plan(VEO), VEO)])
def test_a_table_is_aligned(rows):
    lines = as_table(rows).splitlines()
    assert lines[0].startswith("field  ") and len(lines) == len(rows) + 1
    column = lines[0].index("path")
    assert all(line[column - 2 : column] == "  " for line in lines)
    assert as_table(()) == ""
