"""Azure: its compute provider knows the sizes of a region, and what a subscription may have and has there."""

import base64
import json
import logging
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import AzureCliCredential
from azure.mgmt.compute import ComputeManagementClient

from config.capacity import Kind
from config.catalog import Machine, by_name
from config.clusters import Aks
from config.node_pool import NodePool
from config.quotas import Quota
from preflight import checks, programs
from preflight.cloud import Caller, NotLoggedInError, UnaskedError
from preflight.finding import Finding
from preflight.names import cluster_name

_SCOPE: Final = "https://management.azure.com/.default"
_LOGIN: Final = "log in: az login"
_SECONDS: Final = 20
"""How long `az` may take to answer."""

_NAMES: Final = ("upn", "unique_name", "appid", "oid")
"""Claims of a token that say whose it is: a person's, an application's, anybody's."""


def findings(stack: str, cluster: Aks, pools: tuple[NodePool, ...]) -> Iterator[Finding]:
    """For a stack on AKS."""
    yield from programs.findings(cluster.kind)
    accounts = {cluster.subscription} if cluster.subscription else set[str]()
    yield from checks.findings(lambda: connect(cluster, cluster_name(stack, cluster.name)), pools, accounts)


def connect(cluster: Aks, cluster_name: str) -> "Azure":
    """As whom `az` is logged in, since that is who Pulumi and kubelogin are too; raises UnaskedError without a subscription."""
    subscription = cluster.subscription or os.environ.get("ARM_SUBSCRIPTION_ID") or _chosen()
    if not subscription:
        advice = f"{_LOGIN}, or write ml-platform:cluster.subscription"
        raise UnaskedError("neither the stack nor `az` names a subscription", advice)
    logging.getLogger("azure.identity").addHandler(logging.NullHandler())  # else it writes what the user is told here
    credential = AzureCliCredential(process_timeout=_SECONDS)
    return Azure(cluster, cluster_name, credential, ComputeManagementClient(credential, subscription), subscription)


def _chosen() -> str:
    """The subscription that `az` works on; empty if it does not say."""
    az = shutil.which("az")
    if not az:
        return ""
    command = [az, "account", "show", "--query", "id", "--output", "tsv"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False).stdout.strip()
    except subprocess.TimeoutExpired:
        return ""


class Azure:
    """The stack's subscription, in its region."""

    name = "azure"

    def __init__(
        self, cluster: Aks, cluster_name: str, credential: TokenCredential, compute: ComputeManagementClient, subscription: str
    ) -> None:
        self.region = cluster.region
        self._nodes = f"{cluster_name}-nodes"
        self._credential = credential
        self._compute = compute
        self._subscription = subscription

    def caller(self) -> Caller:
        """As the token says."""
        with _asking("none"):
            token = self._credential.get_token(_SCOPE).token
        claims = _claims(token)
        return Caller(next((claims[name] for name in _NAMES if name in claims), "somebody whom Azure knows"), self._subscription)

    def zones(self, pool: NodePool) -> tuple[str, ...]:
        """Those that the pool names."""
        return pool.zones

    def offered(self, machine: Machine) -> frozenset[str]:
        """By zone, less what this subscription may not have; the region itself where the size is in no zone."""
        with _asking("Microsoft.Compute/skus/read"):
            skus = list(self._compute.resource_skus.list(filter=f"location eq '{self.region}'"))
        for sku in skus:
            if sku.resource_type == "virtualMachines" and sku.name == machine.name:
                zones = frozenset(zone for place in sku.location_info or () for zone in place.zones or ())
                refused = sku.restrictions or ()
                if any(each.type == "Location" for each in refused):
                    return frozenset()
                closed = {zone for each in refused if each.restriction_info for zone in each.restriction_info.zones or ()}
                return zones - closed if zones else frozenset({self.region})
        return frozenset()

    def limit(self, quota: Quota) -> int:
        """In vCPUs."""
        return self._usage(quota)[0]

    def used(self, quota: Quota) -> int | None:
        """In vCPUs."""
        return self._usage(quota)[1]

    def running(self) -> Mapping[tuple[Machine, Kind], int]:
        """Scale sets in the resource group that the component has AKS put nodes in."""
        found: Counter[tuple[Machine, Kind]] = Counter()
        with _asking("Microsoft.Compute/virtualMachineScaleSets/read"):
            try:
                sets = list(self._compute.virtual_machine_scale_sets.list(self._nodes))
            except ResourceNotFoundError:  # there is no cluster yet
                return found
        for each in sets:
            if each.sku and (machine := by_name().get(each.sku.name or "")):
                profile = each.properties.virtual_machine_profile if each.properties else None
                found[machine, "spot" if profile and profile.priority == "Spot" else "on-demand"] += each.sku.capacity or 0
        return found

    def ask(self, quota: Quota, amount: int) -> str:
        """By the command that does it; the portal's Quotas page does the same."""
        scope = f"/subscriptions/{self._subscription}/providers/Microsoft.Compute/locations/{self.region}"
        return (
            f"ask for {amount}: az quota update --resource-name '{quota.code}' --scope {scope} "
            f"--limit-object value={amount} limit-object-type=LimitValue"
        )

    def _usage(self, quota: Quota) -> tuple[int, int]:
        """Limit and use; Azure's own spelling of a family differs in upper and lower case from place to place."""
        try:
            return self._usages[quota.code.lower()]
        except KeyError:
            raise UnaskedError(
                f"{self.region} lists no quota {quota.code} for this subscription", f"az vm list-usage --location {self.region}"
            ) from None

    @cached_property
    def _usages(self) -> Mapping[str, tuple[int, int]]:
        with _asking("Microsoft.Compute/locations/usages/read"):
            usages = list(self._compute.usage.list(self.region))
        return {(each.name.value or "").lower(): (each.limit, each.current_value) for each in usages}


def _claims(token: str) -> dict[str, Any]:
    """What a token says of its owner. Azure has checked it; here it is only read."""
    try:
        body = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}


@contextmanager
def _asking(permission: str) -> Generator[None]:
    """Says what went wrong in the preflight's own terms."""
    try:
        yield
    except ClientAuthenticationError as nobody:  # `az` that is not there, too
        raise NotLoggedInError(nobody.message, _LOGIN) from None
    except HttpResponseError as refused:
        advice = f"needs the permission {permission}" if refused.status_code == 403 else ""
        raise UnaskedError(refused.message, advice) from None
    except AzureError as unreached:
        raise UnaskedError(unreached.message) from None
