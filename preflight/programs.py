"""Programs that this machine needs for a stack on a real cluster."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from packaging.version import Version

from preflight.finding import Finding

_SECONDS: Final = 10
"""How long a program may take to say its version."""


@dataclass(frozen=True)
class Program:
    """One of them."""

    name: str
    purpose: str
    source: str
    """How to get it."""


KUBECTL: Final = Program("kubectl", "to look at the cluster", "https://kubernetes.io/docs/tasks/tools")

LOGINS: Final[Mapping[str, tuple[Program, ...]]] = {
    "eks": (
        Program(
            "aws", "to log in to the cluster", "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
        ),
    ),
    "gke": (Program("gke-gcloud-auth-plugin", "to log in to the cluster", "gcloud components install gke-gcloud-auth-plugin"),),
    "aks": (
        Program("kubelogin", "to log in to the cluster", "az aks install-cli"),
        Program("az", "for kubelogin, which uses its login", "https://learn.microsoft.com/cli/azure/install-azure-cli"),
    ),
}
"""Kind of cluster → what its kubeconfig calls."""


def findings(kind: str) -> Iterator[Finding]:
    """For a cluster of this kind."""
    yield engine()
    for program in LOGINS.get(kind, ()):
        yield needed(program)
    if not shutil.which(KUBECTL.name):
        yield Finding(f"program {KUBECTL.name}", "ok", "not here; only you would need it", KUBECTL.source)


def needed(program: Program) -> Finding:
    """Whether it is on PATH."""
    subject = f"program {program.name}"
    if path := shutil.which(program.name):
        return Finding(subject, "ok", path)
    return Finding(subject, "problem", f"not on PATH; it is needed {program.purpose}", program.source)


def engine() -> Finding:
    """Whether there is a Pulumi engine that is not older than its SDK here: it may lack what the SDK asks of it."""
    sdk = Version(version("pulumi"))
    found = needed(Program("pulumi", "to make the stack", f"https://www.pulumi.com/docs/install (version {sdk})"))
    if found.status != "ok":
        return found
    try:
        answer = subprocess.run([found.detail, "version"], capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError) as broken:
        return Finding(found.subject, "problem", f"{found.detail} does not run: {broken}", f"install version {sdk} again")
    here = re.search(r"\d+\.\d+\.\d+", answer)
    if here and Version(here.group()) < sdk:
        detail = f"{found.detail} is {here.group()}, older than the SDK, which is {sdk}"
        return Finding(found.subject, "problem", detail, f"install version {sdk}")
    return Finding(found.subject, "ok", f"{found.detail} {answer.strip()}")
