"""Google Cloud: Compute Engine knows what its zones have, and what a project may have and has."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

import google.auth
from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound, RetryError, Unauthorized
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError
from google.cloud import compute_v1 as compute

from config.capacity import Kind
from config.catalog import Machine, by_name
from config.clusters import Gke
from config.clusters.gke import placed
from config.node_pool import NodePool
from config.quotas import Quota
from preflight import checks, programs
from preflight.cloud import Caller, NotLoggedInError, UnaskedError
from preflight.finding import Finding
from preflight.names import cluster_name

_LOGIN: Final = "gcloud auth application-default login"
_TOTAL: Final = "GPUS_ALL_REGIONS"
"""The one metric that is the project's and not a region's."""

_SECONDS: Final = 20
"""How long an answer may take."""

_MODELS: Final[Mapping[str, Kind]] = {"SPOT": "spot", "FLEX_START": "flex", "RESERVATION_BOUND": "reserved"}
"""Compute Engine's provisioning model → kind of capacity; any other is on-demand."""


def findings(stack: str, cluster: Gke, pools: tuple[NodePool, ...]) -> Iterator[Finding]:
    """For a stack on GKE."""
    yield from programs.findings(cluster.kind)
    accounts = {cluster.project} if cluster.project else set[str]()
    yield from checks.findings(lambda: connect(cluster, cluster_name(stack, cluster.name)), pools, accounts)


def connect(cluster: Gke, cluster_name: str) -> "Gcp":
    """With the credentials that Google's own libraries find; raises NotLoggedInError, or UnaskedError without a project."""
    untyped: Any = google.auth
    try:
        credentials, project = untyped.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    except DefaultCredentialsError as nobody:
        raise NotLoggedInError(str(nobody), f"log in: {_LOGIN}") from None
    if chosen := cluster.project or project:
        return Gcp(cluster, cluster_name, credentials, chosen)
    raise UnaskedError("neither the stack nor your credentials name a project", "write ml-platform:cluster.project")


class Gcp:
    """The stack's project, in its region."""

    name = "gcp"

    def __init__(self, cluster: Gke, cluster_name: str, credentials: Any, project: str) -> None:
        self.region = cluster.region
        self._cluster = cluster
        self._cluster_name = cluster_name
        self._credentials = credentials
        self._project = project

    def caller(self) -> Caller:
        """A service account's address or, of people, that Google does not say more."""
        name = getattr(self._credentials, "service_account_email", None) or getattr(self._credentials, "account", None)
        _ = self._all_regions  # whether the project lets these credentials in
        return Caller(name or "the user of your application default credentials", self._project)

    def zones(self, pool: NodePool) -> tuple[str, ...]:
        """Those that the component puts its nodes in."""
        return placed(self._cluster, pool)

    def offered(self, machine: Machine) -> frozenset[str]:
        """By zone; of machines that GPUs are attached to, where there are both."""
        with _asking("compute.machineTypes.list"):
            zones = self._having("machine_types", compute.MachineTypesClient, machine.name)
        if machine.name.startswith("n1-") and machine.cloud_name:
            with _asking("compute.acceleratorTypes.list"):
                zones &= self._having("accelerator_types", compute.AcceleratorTypesClient, machine.cloud_name)
        return zones

    def limit(self, quota: Quota) -> int:
        """As the region has it or, of what is counted over all regions, the project."""
        return self._found(quota)[0]

    def used(self, quota: Quota) -> int | None:
        """As the region or the project has it."""
        return self._found(quota)[1]

    def running(self) -> Mapping[tuple[Machine, Kind], int]:
        """Instances with the label that GKE gives to a cluster's nodes, in the region."""
        found: Counter[tuple[Machine, Kind]] = Counter()
        with _asking("compute.instances.list"):
            places = self._everywhere(compute.InstancesClient, f"labels.goog-k8s-cluster-name={self._cluster_name}")
            for instance in (each for place, listed in places if self._is_here(place) for each in listed.instances):
                if machine := by_name().get(instance.machine_type.rpartition("/")[2]):
                    found[machine, _bought(instance.scheduling.provisioning_model)] += 1
        return found

    def ask(self, quota: Quota, amount: int) -> str:
        """In the console, which alone knows all of them."""
        where = "over all regions" if quota.code == _TOTAL else f"in {self.region}"
        return f"ask for {amount} of Compute Engine's {_words(quota)} {where}: {self._console}"

    @property
    def _console(self) -> str:
        return f"https://console.cloud.google.com/iam-admin/quotas?project={self._project}"

    def _having(self, kind: str, client: Any, name: str) -> frozenset[str]:
        """The region's zones that have something of this kind with this name."""
        places = self._everywhere(client, f"name={name}")
        return frozenset(place.removeprefix("zones/") for place, each in places if self._is_here(place) and getattr(each, kind))

    def _everywhere(self, client: Any, only: str) -> Iterator[tuple[str, Any]]:
        """`zones/…` → what it has: Compute Engine's answer for all zones at once."""
        yield from client(credentials=self._credentials).aggregated_list(
            request={"project": self._project, "filter": only}, timeout=_SECONDS
        )

    def _is_here(self, place: str) -> bool:
        return place.startswith(f"zones/{self.region}-")

    @cached_property
    def _all_regions(self) -> Mapping[str, tuple[int, int]]:
        client: Any = compute.ProjectsClient(credentials=self._credentials)
        with _asking("compute.projects.get"):
            return _read(client.get(project=self._project, timeout=_SECONDS))

    @cached_property
    def _this_region(self) -> Mapping[str, tuple[int, int]]:
        client: Any = compute.RegionsClient(credentials=self._credentials)
        with _asking("compute.regions.get"):
            return _read(client.get(project=self._project, region=self.region, timeout=_SECONDS))

    def _found(self, quota: Quota) -> tuple[int, int]:
        """Raises UnaskedError for the newer metrics, which Compute Engine's own API does not list."""
        known = self._all_regions if quota.code == _TOTAL else self._this_region
        if quota.dimension or quota.code not in known:
            raise UnaskedError(
                f"Compute Engine's API does not list {_words(quota)} in {self.region}", f"look it up: {self._console}"
            )
        return known[quota.code]


def _read(project_or_region: Any) -> Mapping[str, tuple[int, int]]:
    """Metric → limit, and what is in use."""
    return {each.metric: (int(each.limit), int(each.usage)) for each in project_or_region.quotas}


def _bought(model: str) -> Kind:
    return _MODELS.get(model, "on-demand")


def _words(quota: Quota) -> str:
    return f"{quota.name} of {quota.dimension}" if quota.dimension else quota.name


_ADVICE: Final[Mapping[type[Exception], str]] = {
    Forbidden: "needs the permission {}, and the Compute Engine API enabled",
    NotFound: "is the project's id right?",
}


@contextmanager
def _asking(permission: str) -> Generator[None]:
    """Says what went wrong in the preflight's own terms."""
    try:
        yield
    except (RefreshError, Unauthorized) as nobody:
        raise NotLoggedInError(str(nobody), f"log in again: {_LOGIN}") from None
    except GoogleAPICallError as refused:
        raise UnaskedError(str(refused), _ADVICE.get(type(refused), "").format(permission)) from None
    except (RetryError, GoogleAuthError, OSError) as unreached:
        raise UnaskedError(str(unreached)) from None
