"""The words in which a catalogue is written by hand."""

from tarash_core.catalog.building.parts import joined, own, own_value, root_of, whole_names
from tarash_core.fields import constant_field_mapper, passthrough_field_mapper


def test_parts_are_joined_in_order_and_the_last_counts() -> None:
    prompt, other = passthrough_field_mapper("prompt"), constant_field_mapper("x")
    fields = joined({"a": prompt, "b": prompt}, {"a": other})
    assert list(fields) == ["a", "b"] and fields["a"] is other


def test_a_parameter_of_the_models_own() -> None:
    (field,) = own("hdr", "bool", True, path="video.").items()
    assert field[0] == "video.hdr"
    assert (field[1].is_extra, field[1].type, field[1].default) == (True, "bool", True)


def test_what_is_given_for_it() -> None:
    assert own_value({"extra_params": {"hdr": 1}}, "hdr") == 1
    assert own_value({"extra_params": {}}, "hdr") is own_value({}, "hdr") is None


def test_names_of_wire_paths() -> None:
    wires = ("a.b", "c[0].d", "e[type=x][].f", "g")
    assert whole_names(wires) == {"a.b", "c", "e", "g"}
    assert list(map(root_of, wires)) == ["a", "c", "e", "g"]
