"""EKS: clusters, who may enter them, and their node groups."""

from typing import Final

from rehearsal.clouds.aws import iam
from rehearsal.clouds.aws.arn import arn
from rehearsal.clouds.aws.ec2 import SUBNET
from rehearsal.clouds.cloud import digest, machine
from rehearsal.clouds.kind import Kind, Reference, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.nodes import Template, members
from rehearsal.clouds.server import Server
from rehearsal.plugins.values import Json

CLUSTER: Final = "aws:eks/cluster:Cluster"
ACCESS_ENTRY: Final = "aws:eks/accessEntry:AccessEntry"
ACCESS_POLICY: Final = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"

_ROLES: Final = {"AmazonEKSClusterAdminPolicy": "cluster-admin", "AmazonEKSAdminViewPolicy": "view"}
"""EKS access policy → the Kubernetes role that comes nearest to it."""


def kinds(server: Server) -> tuple[Kind, ...]:
    """EKS in front of this API server."""

    def cluster(request: Request, id_: str) -> Json:
        return {
            "arn": arn(request, "eks", f"cluster/{id_}"),
            "endpoint": server.url,
            "certificateAuthority": {"data": server.authority},
            "status": "ACTIVE",
            "platformVersion": "eks.1",
        }

    def grant(request: Request, entry: Entry) -> None:
        policy = request.inputs["policyArn"].rpartition("/")[2]
        server.grant(f"eks:{digest(entry.id)[:16]}", request.inputs["principalArn"], _ROLES[policy])

    def join(request: Request, _entry: Entry) -> None:
        template = _template(request)
        zones = [request.ledger.get(SUBNET, subnet) for subnet in request.inputs["subnetIds"]]
        names = [str(zone.get("availabilityZone")) for zone in zones if zone]
        nodes = members(template, request.inputs["scalingConfig"]["desiredSize"], names, f"{template.group}-{{number}}")
        server.join(template.group, nodes)

    return (
        Kind(
            CLUSTER,
            identify=lambda request: request.inputs["name"],
            computed=cluster,
            autoname="name",
            unique=("name",),
            references=(Reference("roleArn", iam.ROLE, by="arn", holds=False), Reference("vpcConfig.subnetIds.*", SUBNET)),
            frozen=frozenset({"name", "roleArn", "kubernetesNetworkConfig", "encryptionConfig"}),
        ),
        Kind(
            ACCESS_ENTRY,
            identify=lambda request: f"{request.inputs['clusterName']}:{request.inputs['principalArn']}",
            references=(Reference("clusterName", CLUSTER, by="name"),),
            frozen=frozenset({"clusterName", "principalArn", "type"}),
        ),
        Kind(
            ACCESS_POLICY,
            identify=lambda request: "#".join(request.inputs[key] for key in ("clusterName", "principalArn", "policyArn")),
            references=(
                Reference("clusterName", CLUSTER, by="name"),
                Reference("principalArn", ACCESS_ENTRY, by="principalArn"),
            ),
            frozen=frozenset({"clusterName", "principalArn", "policyArn", "accessScope"}),
            made=grant,
            gone=lambda _request, entry: server.revoke(f"eks:{digest(entry.id)[:16]}"),
        ),
        Kind(
            NODE_GROUP,
            identify=lambda request: f"{request.inputs['clusterName']}:{request.inputs['nodeGroupName']}",
            autoname="nodeGroupName",
            computed=lambda _request, _id: {"status": "ACTIVE"},
            references=(
                Reference("clusterName", CLUSTER, by="name"),
                Reference("nodeRoleArn", iam.ROLE, by="arn", holds=False),
                Reference("subnetIds.*", SUBNET),
            ),
            frozen=frozenset(
                {"clusterName", "nodeGroupName", "instanceTypes", "amiType", "capacityType", "diskSize", "subnetIds"}
            ),
            made=join,
            gone=lambda request, _entry: server.leave(_group(request)),
        ),
    )


def _group(request: Request) -> str:
    return str(request.inputs["nodeGroupName"])


def _template(request: Request) -> Template:
    its = machine("aws", request.inputs["instanceTypes"][0])
    return Template(
        group=_group(request),
        machine=its.name,
        arch=its.arch,
        labels={
            "eks.amazonaws.com/nodegroup": _group(request),
            "eks.amazonaws.com/capacityType": request.inputs.get("capacityType", "ON_DEMAND"),
            **request.inputs.get("labels", {}),
        },
        taints=tuple(request.inputs.get("taints", ())),
        capacity={"cpu": str(its.cpu), "memory": f"{its.memory_gib}Gi", "pods": "110"},
    )
