"""`python -m ci.comment STACK FILE`: what a preview printed, as the one comment that a pull request has for each stack."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

LIMIT: Final = 65_536
"""Characters that GitHub takes in a comment."""

_ROOM: Final = LIMIT - 1_000
"""For the output; the rest is for what is around it."""

_END: Final = 8_000
"""Characters at the end that are always kept: errors, and how many resources change."""

_AUTHOR: Final = "github-actions[bot]"
"""Whose comments are edited: anybody may write the marker into one of their own."""

_CREDENTIAL: Final = re.compile(r"TOKEN|SECRET|PASSWORD|PASSPHRASE|ACCESS_KEY", re.IGNORECASE)
"""Names of environment variables whose values nobody may see."""

_SHAPES: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)"  # PEM
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"  # a JSON web token
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b"  # an AWS access key's id
    r"|\bya29\.[\w-]{20,}"  # Google's access token
    r"|\bgh[pousr]_\w{30,}",  # GitHub's
    re.DOTALL,
)
"""What looks like a credential, wherever it comes from. Pulumi has masked its own secrets already."""


def masked(text: str, environ: Mapping[str, str]) -> str:
    """Without credentials: those of the job, and whatever looks like one."""
    values = {value for name, value in environ.items() if _CREDENTIAL.search(name) and len(value) >= 8}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "[secret]")
    return _SHAPES.sub("[secret]", text)


def body(stack: str, output: str, run: str) -> str:
    """The comment; `run` is the address of the run whose log has all of the output."""
    if len(output) > _ROOM:
        left_out = len(output) - _ROOM
        output = f"{output[: _ROOM - _END]}\n… {left_out} characters left out; the log has them …\n{output[-_END:]}"
    # A fence that is longer than any in the output.
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", output)), default=0))
    return (
        f"{_marker(stack)}\n#### Preview of `{stack}`\n\n<details open><summary>what `up` would change</summary>\n\n"
        f"{fence}\n{output}\n{fence}\n\n</details>\n\n[log]({run})"
    )


def post(github: httpx.Client, repository: str, number: str, stack: str, text: str) -> None:
    """Edit the stack's comment, or write it if there is none yet.

    Raises httpx.HTTPStatusError if GitHub refuses.
    """
    comments = f"/repos/{repository}/issues/{number}/comments"
    if there := _find(github, comments, _marker(stack)):
        answer = github.patch(f"/repos/{repository}/issues/comments/{there['id']}", json={"body": text})
    else:
        answer = github.post(comments, json={"body": text})
    answer.raise_for_status()


def _find(github: httpx.Client, comments: str, marker: str) -> dict[str, Any] | None:
    page: str | None = f"{comments}?per_page=100"
    while page:
        answer = github.get(page).raise_for_status()
        for comment in answer.json():
            if comment["user"]["login"] == _AUTHOR and comment["body"].startswith(marker):
                return comment
        page = answer.links.get("next", {}).get("url")
    return None


def _marker(stack: str) -> str:
    """Seen by nobody but us: a comment of HTML."""
    return f"<!-- preview of {stack} -->"


def main(stack: str, file: str) -> None:
    """With the variables that GitHub gives to a job, `PULL_REQUEST` and `GITHUB_TOKEN`."""
    env = os.environ
    run = f"{env['GITHUB_SERVER_URL']}/{env['GITHUB_REPOSITORY']}/actions/runs/{env['GITHUB_RUN_ID']}"
    headers = {"Authorization": f"Bearer {env['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    text = body(stack, masked(Path(file).read_text(), env), run)
    with httpx.Client(base_url=env["GITHUB_API_URL"], headers=headers, timeout=30) as github:
        post(github, env["GITHUB_REPOSITORY"], env["PULL_REQUEST"], stack, text)


if __name__ == "__main__":
    main(*sys.argv[1:])
