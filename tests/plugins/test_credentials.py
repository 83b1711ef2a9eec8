import pytest

from tarash_core.plugins import Credential, Credentials

FAL = Credentials("FAL_KEY", ("FAL_KEY_ID", "FAL_KEY_SECRET"))


def test_a_single_variable_is_the_key() -> None:
    found = FAL.find({"FAL_KEY": " abc\n", "FAL_KEY_ID": "id", "FAL_KEY_SECRET": "s"})
    assert found == Credential(api_key="abc", secrets={"FAL_KEY": "abc"})


def test_variables_that_are_needed_together() -> None:
    found = FAL.find({"FAL_KEY_ID": "id", "FAL_KEY_SECRET": "secret"})
    assert found == Credential(secrets={"FAL_KEY_ID": "id", "FAL_KEY_SECRET": "secret"})
    assert set(found.values()) == {"id", "secret"}


@pytest.mark.parametrize(
    "variables", [{}, {"FAL_KEY": "  "}, {"FAL_KEY_ID": "id"}, {"FAL_KEY_ID": "id", "FAL_KEY_SECRET": ""}]
)
def test_what_is_missing_or_half_set_is_not_found(variables: dict[str, str]) -> None:
    assert FAL.find(variables) is None


def test_a_provider_without_a_key_finds_none() -> None:
    assert Credentials(optional=True).find({"ANY": "thing"}) is None


def test_the_variables_are_told_in_words() -> None:
    assert FAL.describe() == "FAL_KEY, or FAL_KEY_ID and FAL_KEY_SECRET"


def test_no_secret_in_a_repr() -> None:
    assert "canary" not in repr(Credential(api_key="canary", secrets={"KEY": "canary"}))


def test_values_are_all_secrets_that_are_set() -> None:
    assert Credential(api_key="a", secrets={"B": "b", "C": ""}).values() == ("a", "b")
    assert Credential().values() == ()


def test_what_another_alternative_makes_superfluous_is_not_asked_for():
    assert Credentials(("A_KEY", "B_KEY"), "A_KEY", "B_KEY").describe() == "A_KEY, or B_KEY"
