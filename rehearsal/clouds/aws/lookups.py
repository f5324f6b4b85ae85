"""What a program may look up: who it is, and what there is."""

import re
from collections.abc import Mapping
from typing import Final

from config import regions
from rehearsal.clouds.aws.account import ACCOUNT, CALLER, SESSION, USER_ID
from rehearsal.clouds.aws.network import SUBNET, VPC
from rehearsal.clouds.cloud import Cloud, Invoke
from rehearsal.clouds.kind import RefusedError
from rehearsal.plugins.values import Json


def _caller(_cloud: Cloud, _config: Json, _arguments: Json) -> Json:
    return {"accountId": ACCOUNT, "arn": SESSION, "userId": USER_ID, "id": ACCOUNT}


def _session(_cloud: Cloud, _config: Json, arguments: Json) -> Json:
    """The role behind a session; of anything else, itself."""
    of_ours = arguments["arn"] == SESSION
    issuer = CALLER if of_ours else arguments["arn"]
    name = CALLER.rpartition("/")[2] if of_ours else ""
    return {**arguments, "issuerArn": issuer, "issuerName": name, "issuerId": "", "sessionName": "", "id": arguments["arn"]}


def _partition(_cloud: Cloud, _config: Json, _arguments: Json) -> Json:
    return {"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws", "id": "aws"}


def _region(_cloud: Cloud, config: Json, arguments: Json) -> Json:
    name = arguments.get("region") or config["region"]
    return {"region": name, "name": name, "endpoint": f"ec2.{name}.amazonaws.com", "id": name}


def _zones(_cloud: Cloud, config: Json, _arguments: Json) -> Json:
    names = list(regions.zones("aws", config["region"]))
    return {
        "names": names,
        "zoneIds": [zone_id(name) for name in names],
        "id": config["region"],
        "groupNames": [config["region"]],
    }


def zone_id(zone: str) -> str:
    """What a zone is called in every account, e.g. `use1-az1`; a zone's letter is an account's own, and here a is the first."""
    area, direction, number = zone[:-1].rsplit("-", 2)
    initials = "".join(word[0] for word in re.findall("north|south|east|west|central", direction))
    return f"{area.replace('-', '')}{initials}{number}-az{ord(zone[-1]) - ord('a') + 1}"


def _vpc(cloud: Cloud, _config: Json, arguments: Json) -> Json:
    entry = cloud.read(VPC, arguments.get("id", ""))
    if entry is None:
        raise RefusedError("no matching EC2 VPC found")
    return {**entry.properties, "id": entry.id}


def _subnets(cloud: Cloud, config: Json, arguments: Json) -> Json:
    wanted = {each["name"]: each["values"] for each in arguments.get("filters", [])}
    names = {"vpc-id": "vpcId", "availability-zone": "availabilityZone", "subnet-id": "id"}
    ids = [
        entry.id for entry in cloud.ledger.of(SUBNET) if all(entry.get(names[key]) in values for key, values in wanted.items())
    ]
    return {**arguments, "ids": ids, "id": config["region"]}


def _subnet(cloud: Cloud, _config: Json, arguments: Json) -> Json:
    entry = cloud.read(SUBNET, arguments.get("id", ""))
    if entry is None:
        raise RefusedError("no matching EC2 Subnet found")
    return {**entry.properties, "id": entry.id}


INVOKES: Final[Mapping[str, Invoke]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:iam/getSessionContext:getSessionContext": _session,
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:ec2/getSubnet:getSubnet": _subnet,
    "aws:ec2/getSubnets:getSubnets": _subnets,
}
