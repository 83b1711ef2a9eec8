from __future__ import annotations

import pytest

from tarash_core.plugins.http import HttpRequest
from tarash_core.testing import Simulator, origin_of, route


class Fal(Simulator):
    @route("POST", "/{endpoint:path}", phase="submit")
    def submit(self, request, endpoint):
        return {"route": "submit", "endpoint": endpoint}

    @route("GET", "/{app:path}/requests/{id}", phase="result")
    def result(self, request, app, id):
        return {"route": "result", "app": app, "id": id}

    @route("GET", "/{app:path}/requests/{id}/status", phase="poll")
    def status(self, request, app, id):
        return {"route": "status", "app": app, "id": id}

    @route("POST", "/storage/initiate", phase="upload")
    @route("PUT", "/storage/initiate", phase="upload")
    def initiate(self, request):
        return {"route": "initiate"}


class Branch(Fal):
    def initiate(self, request):
        return {"route": "hidden"}

    @route("POST", "/storage/{what}")
    def other(self, request, what):
        return {"route": "other", "what": what}


def answer(simulator, method, path):
    return simulator.handle(HttpRequest(method, f"https://queue.example{path}")).response.json()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/fal-ai/veo3.1/fast", {"route": "submit", "endpoint": "fal-ai/veo3.1/fast"}),
        ("POST", "/storage/initiate?storage_type=gcs", {"route": "initiate"}),
        ("PUT", "/storage/initiate", {"route": "initiate"}),
        ("GET", "/fal-ai/veo3.1/requests/7", {"route": "result", "app": "fal-ai/veo3.1", "id": "7"}),
        ("GET", "/fal-ai/veo3.1/requests/7/status?logs=1", {"route": "status", "app": "fal-ai/veo3.1", "id": "7"}),
        ("GET", "/a/requests/7/status/", {"route": "status", "app": "a", "id": "7"}),
        ("GET", "/a%20b/requests/x%2Fy", {"route": "result", "app": "a b", "id": "x/y"}),
    ],
)
def test_the_most_exact_route_answers(method, path, expected):
    assert answer(Fal(), method, path) == expected


def test_an_overridden_method_keeps_only_its_own_routes():
    assert answer(Branch(), "POST", "/storage/initiate") == {"route": "other", "what": "initiate"}
    assert answer(Fal(), "POST", "/storage/initiate") == {"route": "initiate"}


def test_files_of_the_base_class_are_not_swallowed_by_a_tail_route():
    class Greedy(Simulator):
        @route("GET", "/{rest:path}")
        def everything(self, request, rest):
            return {"rest": rest}

    greedy = Greedy()
    id = greedy.store(b"x")
    assert greedy.handle(HttpRequest("GET", f"https://a.example/files/{id}")).response.content == b"x"
    assert answer(greedy, "GET", "/files/a/b") == {"rest": "files/a/b"}


def test_dots_in_a_template_are_dots():
    class Dotted(Simulator):
        @route("GET", "/v1.0/x")
        def dotted(self, request):
            return {}

    assert Dotted().handle(HttpRequest("GET", "https://a.example/v1x0/x")).response.status == 404


def test_a_template_starts_with_a_slash():
    with pytest.raises(ValueError, match="must start with a slash"):
        route("GET", "v1/videos")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://API.acme.example/v1?x=1", "https://api.acme.example"),
        ("https://api.acme.example:443/", "https://api.acme.example"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/a", "http://[::1]:8000"),
    ],
)
def test_origins_are_written_one_way(url, origin):
    assert origin_of(url) == origin
