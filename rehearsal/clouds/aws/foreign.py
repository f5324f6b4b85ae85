"""A network that is there already: somebody else's, so made before the stack and not by it."""

from config.clusters.eks import ExistingVpc
from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.network import SUBNET, VPC
from rehearsal.clouds.ledger import FOREIGN, Entry, Ledger

_RANGE = "10.0.0.0/16"


def populate(ledger: Ledger, network: ExistingVpc) -> None:
    """The VPC and its subnets as the stack file names them, each subnet with 4096 addresses."""
    vpc = {"cidrBlock": _RANGE, "ownerId": ACCOUNT, "enableDnsSupport": True, "enableDnsHostnames": True}
    ledger.put(Entry(VPC, network.vpc, FOREIGN, {}, vpc))
    for number, (zone, subnet) in enumerate(network.subnets.items()):
        place = {"vpcId": network.vpc, "availabilityZone": zone, "cidrBlock": f"10.0.{number * 16}.0/20"}
        ledger.put(Entry(SUBNET, subnet, FOREIGN, place, {**place, "tags": {"kubernetes.io/role/internal-elb": "1"}}))
