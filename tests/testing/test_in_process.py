from __future__ import annotations

import pytest

from tarash_core.plugins.http import HttpRequest
from tarash_core.testing import InProcess


def test_a_request_goes_to_the_simulator_of_its_origin(make_acme):
    first, second = make_acme(), make_acme()
    network = InProcess({"https://a.example/": first, "https://b.example:8443": second})
    network.handle(HttpRequest("GET", "https://A.example:443/x"))
    network.handle(HttpRequest("GET", "https://b.example:8443/y"))
    assert ([request.url for request in first.log], len(second.log)) == (["https://A.example:443/x"], 1)


@pytest.mark.parametrize("url", ["https://b.example/v1?key=secret", "http://a.example/v1", "https://a.example:444/v1"])
def test_no_other_origin_is_ever_reached(make_acme, url):
    network = InProcess({"https://a.example": make_acme()})
    with pytest.raises(LookupError, match=r"No simulator answers .*example.*/v1;.*https://a\.example") as caught:
        network.handle(HttpRequest("GET", url))
    assert "secret" not in str(caught.value)
