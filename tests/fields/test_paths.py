import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash_core.errors import ValidationError
from tarash_core.fields import paths

KEY = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True)
VALUE = st.one_of(st.integers(), st.text(max_size=5), st.booleans())


@st.composite
def single_paths(draw: st.DrawFn) -> str:
    """A path to one value: keys, with a place or a tag behind some."""
    words = []
    for _ in range(draw(st.integers(1, 4))):
        behind = draw(st.sampled_from(["", "[0]", "[2]", "[type=x]", "[kind=last_frame]"]))
        words.append(draw(KEY) + behind)
    return ".".join([*words, draw(KEY)])


@given(single_paths(), VALUE)
def test_what_is_put_at_a_path_is_found_there(path, value):
    body = {}
    paths.put(body, paths.parse(path), value)
    assert paths.get(body, paths.parse(path)) == value


@given(KEY, st.sampled_from(["[]", "[].url", "[type=ref][].url", "[].image.url"]), st.lists(VALUE, min_size=1))
def test_a_value_for_each_item_is_found_again(key, ending, values):
    body = {}
    steps = paths.parse(key + ending)
    paths.put_each(body, steps, [(value, {}) for value in values])
    assert paths.get(body, steps) == values


def put(**at):
    body = {}
    for path, value in at.items():
        paths.put(body, paths.parse(path), value)
    return body


def test_the_forms_of_a_path():
    assert put(**{"a.b": 1, "a.c": 2}) == {"a": {"b": 1, "c": 2}}
    assert put(**{"a[0].b": 1, "a[0].c": 2}) == {"a": [{"b": 1, "c": 2}]}
    assert put(**{"a[1]": 1}) == {"a": [{}, 1]}
    assert put(**{"a[type=x].b": 1, "a[type=y].b": 2, "a[type=x].c": 3}) == {
        "a": [{"type": "x", "b": 1, "c": 3}, {"type": "y", "b": 2}]
    }
    assert put(**{"a[]": 1}) == {"a": [1]}


def test_items_keep_their_tag_and_their_further_keys():
    body = put(**{"contents[type=prompt].text": "a fox"})
    paths.put_each(body, paths.parse("contents[type=ref][].url"), [("u1", {"id": "fox"}), ("u2", {})])
    assert body == {
        "contents": [
            {"type": "prompt", "text": "a fox"},
            {"type": "ref", "url": "u1", "id": "fox"},
            {"type": "ref", "url": "u2"},
        ]
    }


@pytest.mark.parametrize(
    "path", ["", ".", "a.", "a..b", "[0].a", "a[", "a[x].b", "a[type=x]", "a[type=x][]", "a[][].b", "a b[0]c"]
)
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValidationError, match="no wire path"):
        paths.parse(path)


def test_nothing_is_found_where_nothing_stands():
    for path in ("a.b", "a[0].b", "a[type=x].b"):
        assert paths.get({}, paths.parse(path)) is None
        assert paths.get({"a": 5}, paths.parse(path)) is None
    assert paths.get({}, paths.parse("a[].b")) is None
    assert paths.get({"a": []}, paths.parse("a[].b")) == []


def test_the_keys_up_to_the_first_list():
    assert paths.keys_of(paths.parse("settings.duration")) == ("settings", "duration")
    assert paths.keys_of(paths.parse("contents[type=x].url")) == ("contents",)
