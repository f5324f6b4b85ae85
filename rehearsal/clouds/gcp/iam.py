"""IAM: service accounts, what they may do, and the agents of Google's services."""

import re
from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.gcp.names import WORDS, number, project
from rehearsal.clouds.kind import Kind, Mistake, RefusedError, Request
from rehearsal.plugins.values import Json

ACCOUNT: Final = "gcp:serviceaccount/account:Account"
MEMBER: Final = "gcp:projects/iAMMember:IAMMember"
AGENT: Final = "gcp:projects/serviceIdentity:ServiceIdentity"

_AGENTS: Final = {"container.googleapis.com": "container-engine-robot"}
"""Service → the domain of its agents."""


def _email(request: Request) -> str:
    return f"{request.inputs['accountId']}@{project(request)}.iam.gserviceaccount.com"


def _account(request: Request, id_: str) -> Json:
    email = _email(request)
    return {
        "email": email,
        "member": f"serviceAccount:{email}",
        "name": id_,
        "project": project(request),
        "uniqueId": number(email),
    }


def _agent(request: Request, _id: str) -> Json:
    domain = _AGENTS[request.inputs["service"]]
    email = f"service-{number(project(request))}@{domain}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}", "project": project(request)}


def _short_enough(inputs: Json) -> Iterator[Mistake]:
    if not re.fullmatch(r"[a-z][-a-z0-9]{4,28}[a-z0-9]", str(inputs.get("accountId"))):
        yield Mistake("accountId", f"{inputs.get('accountId')!r} must be 6 to 30 lower-case letters, digits and '-'")


def _exists(request: Request) -> None:
    """A role can be given to nobody who does not exist, if it is a service account of the project itself."""
    kind, _, email = str(request.inputs["member"]).partition(":")
    ours = email.endswith(f"@{project(request)}.iam.gserviceaccount.com")
    if kind == "serviceAccount" and ours and email not in {entry.get("email") for entry in request.ledger.of(ACCOUNT)}:
        raise RefusedError(f"googleapi: Error 400: Service account {email} does not exist., badRequest")


KINDS: Final = (
    Kind(
        ACCOUNT,
        identify=lambda request: f"projects/{project(request)}/serviceAccounts/{_email(request)}",
        computed=_account,
        autoname="accountId",
        unique=("accountId",),
        frozen=frozenset({"accountId", "project"}),
        check=_short_enough,
        words=WORDS,
    ),
    Kind(
        MEMBER,
        identify=lambda request: "/".join(request.inputs[part] for part in ("project", "role", "member")),
        computed=lambda _request, _id: {"etag": "BwY="},
        frozen=frozenset({"project", "role", "member", "condition"}),
        admit=_exists,
        words=WORDS,
    ),
    Kind(
        AGENT,
        identify=lambda request: f"projects/{project(request)}/services/{request.inputs['service']}",
        computed=_agent,
        frozen=frozenset({"service", "project"}),
        words=WORDS,
    ),
)
