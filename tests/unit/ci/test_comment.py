"""The comment that a pull request has for each stack."""

import json
from typing import Any

import httpx
import pytest

from ci import comment

BOT = {"login": "github-actions[bot]"}


class GitHub:
    """Its comments, some to a page."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = pages or ([],)
        self.done: list[tuple[str, str, str]] = []
        self.refuses = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" and self.refuses:
            return httpx.Response(403)
        if request.method != "GET":
            self.done.append((request.method, request.url.path, json.loads(request.content)["body"]))
            return httpx.Response(200, json={})
        page = int(request.url.params.get("page", "1"))
        more = {"Link": f'<{request.url.copy_set_param("page", page + 1)}>; rel="next"'} if page < len(self.pages) else {}
        return httpx.Response(200, json=self.pages[page - 1], headers=more)

    def post(self, stack: str) -> list[tuple[str, str, str]]:
        with httpx.Client(base_url="https://github.example.com", transport=httpx.MockTransport(self.answer)) as client:
            comment.post(client, "us/ours", "7", stack, comment.body(stack, "output", "https://run"))
        return self.done


def of(stack: str, user: dict[str, str] = BOT) -> dict[str, Any]:
    return {"id": 42, "user": user, "body": comment.body(stack, "older", "https://run")}


def test_the_first_preview_writes_a_comment():
    ((method, path, _),) = GitHub().post("prod")
    assert (method, path) == ("POST", "/repos/us/ours/issues/7/comments")


def test_the_next_one_edits_it_wherever_it_is():
    ((method, path, text),) = GitHub([of("dev")], [of("prod")]).post("prod")
    assert (method, path, "output" in text) == ("PATCH", "/repos/us/ours/issues/comments/42", True)


def test_each_stack_has_its_own():
    ((method, _, _),) = GitHub([of("dev")]).post("prod")
    assert method == "POST"


def test_a_comment_of_somebody_else_is_not_edited():
    ((method, _, _),) = GitHub([of("prod", {"login": "mallory"})]).post("prod")
    assert method == "POST"


def test_a_refusal_fails_the_job():
    github = GitHub()
    github.refuses = True
    with pytest.raises(httpx.HTTPStatusError):
        github.post("prod")


def test_output_is_cut_to_what_github_takes_and_its_end_is_kept():
    text = comment.body("prod", "a" * 100_000 + "Resources: 3 to create", "https://run")
    assert len(text) <= comment.LIMIT
    assert "Resources: 3 to create" in text
    assert "35486 characters left out" in text


def test_output_cannot_end_the_block_that_it_is_in():
    text = comment.body("prod", "````\n@everybody", "https://run")
    assert text.count("`````") == 2


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIE and the rest was cut",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "AKIAIOSFODNN7EXAMPLE",
        "ya29.a0AfH6SMBxxxxxxxxxxxxxxxxxxx",
        "ghs_0123456789012345678901234567890123456789",
        "value-of-the-job",
    ],
)
def test_what_looks_like_a_credential_is_masked_and_so_are_those_of_the_job(secret: str):
    text = comment.masked(f"before {secret}", {"AWS_SESSION_TOKEN": "value-of-the-job", "HOME": "before "})
    assert text == "before [secret]"


def test_a_value_too_short_to_be_a_secret_masks_nothing():
    assert comment.masked("on and on", {"SOME_TOKEN": "on"}) == "on and on"
