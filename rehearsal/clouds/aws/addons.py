"""EKS: the add-ons that it manages."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from config.versions import EKS_ADDONS
from rehearsal.clouds.aws import iam
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.arn import arn
from rehearsal.clouds.aws.clusters import minor
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.cloud import Cloud, Invoke, TimedOutError
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.server import Server
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import UNKNOWN, Json

ADDON: Final = "aws:eks/addon:Addon"

NAMES: Final = frozenset(
    {
        "vpc-cni",
        "kube-proxy",
        "coredns",
        "eks-pod-identity-agent",
        "eks-node-monitoring-agent",
        "metrics-server",
        "snapshot-controller",
    }
    | {"aws-ebs-csi-driver", "aws-efs-csi-driver", "aws-fsx-csi-driver", "aws-mountpoint-s3-csi-driver", "adot"}
    | {"amazon-cloudwatch-observability", "external-dns", "cert-manager", "kube-state-metrics", "prometheus-node-exporter"}
)
"""Amazon's and the community's, as far as a platform may want them."""

_DEPLOYED: Final = frozenset({"coredns", "aws-ebs-csi-driver", "aws-efs-csi-driver", "aws-fsx-csi-driver", "metrics-server"})
"""Add-ons with a Deployment: EKS waits until it runs, which takes a node."""

_VERSION: Final = re.compile(r"v(?P<major>\d+)\.(?P<minor>\d+)\.\d+-eksbuild\.\d+")

_CREATE = Operation(
    "eks",
    "CreateAddon",
    {"resolveConflictsOnCreate": "resolveConflicts", "resolveConflictsOnUpdate": "resolveConflicts"},
    frozenset({"preserve"}),
)


def _check(inputs: Json) -> Iterator[Mistake]:
    # Only an update may preserve what somebody changed.
    if inputs.get("resolveConflictsOnCreate") == "PRESERVE":
        yield Mistake("resolveConflictsOnCreate", "is 'PRESERVE'; on creation AWS takes one of OVERWRITE, NONE")
    yield from _CREATE(inputs)
    name, version = inputs.get("addonName", UNKNOWN), inputs.get("addonVersion", UNKNOWN)
    if name is not UNKNOWN and name not in NAMES:
        yield Mistake("addonName", f"InvalidParameterException: Addon {name} specified is not supported")
    if version is not UNKNOWN and not _VERSION.fullmatch(version):
        yield Mistake("addonVersion", f"is {version!r}; versions of add-ons are written as v1.2.3-eksbuild.4")
    if isinstance(values := inputs.get("configurationValues"), str):
        try:
            json.loads(values)
        except ValueError:
            yield Mistake(
                "configurationValues", "InvalidParameterException: ConfigurationValue provided is not supported: it is not JSON"
            )


def _admit(request: Request) -> None:
    cluster = request.ledger.get(CLUSTER, request.inputs["clusterName"])
    name, version = request.inputs["addonName"], request.inputs.get("addonVersion")
    if cluster and version and name == "kube-proxy":
        its = _VERSION.fullmatch(version)
        theirs = minor(cluster.get("version"))
        if its and not theirs - 3 <= int(its["minor"]) <= theirs:
            raise RefusedError(
                f"InvalidParameterException: Addon version specified is not supported in {cluster.get('version')} kubernetes "
                f"version"
            )
    for association in request.inputs.get("podIdentityAssociations") or ():
        iam.assumable(_of(request, association), "roleArn", "pods.eks.amazonaws.com")


def _of(request: Request, association: Json) -> Request:
    return Request(request.ledger, request.config, request.urn, association)


def _versions(cloud: Cloud, _config: Json, arguments: Json) -> Json:
    known: Mapping[str, str] = EKS_ADDONS.get(arguments["kubernetesVersion"], {})
    name = arguments["addonName"]
    if name not in known:
        raise RefusedError(f"InvalidParameterException: Addon {name} specified is not supported in this kubernetes version")
    return {**arguments, "version": known[name], "id": name}


INVOKES: Final[Mapping[str, Invoke]] = {"aws:eks/getAddonVersion:getAddonVersion": _versions}


def kind(server: Server) -> Kind:
    """Add-ons of the cluster that this API server answers for."""

    def run(_request: Request, entry: Entry) -> None:
        if entry.get("addonName") in _DEPLOYED and not server.has_nodes():
            raise TimedOutError(
                f"waiting for EKS Add-On ({entry.id}) create: timeout while waiting for state to become 'ACTIVE' (last state: "
                f"'DEGRADED', timeout: 20m0s): InsufficientNumberOfReplicas: The add-on is unhealthy because it doesn't have the "
                f"desired number of replicas.",
                entry,
            )

    return Kind(
        ADDON,
        identify=lambda request: f"{request.inputs['clusterName']}:{request.inputs['addonName']}",
        computed=lambda request, id_: {"arn": arn(request, "eks", f"addon/{id_.replace(':', '/')}")},
        references=(
            Reference("clusterName", CLUSTER, by="name", holds=False),
            Reference("podIdentityAssociations.*.roleArn", iam.ROLE, by="arn", holds=False),
            Reference("serviceAccountRoleArn", iam.ROLE, by="arn", holds=False),
        ),
        frozen=frozenset({"clusterName", "addonName"}),
        check=_check,
        admit=_admit,
        made=run,
        words=Words(
            missing="ResourceNotFoundException: No addon: {id} found",
            taken="ResourceInUseException: Addon already exists.",
            timeout="waiting for EKS Add-On ({id}) create: timeout while waiting for state to become 'ACTIVE' (last state: "
            "'CREATING', timeout: 20m0s)",
        ),
    )
