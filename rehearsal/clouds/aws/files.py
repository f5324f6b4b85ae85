"""EFS and FSx: file systems, and the doors to them."""

from typing import Final

from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, identifier, region
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import SUBNET, zones_of
from rehearsal.clouds.aws.security_groups import GROUP
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Reference, RefusedError, Request
from rehearsal.clouds.words import Words

FILE_SYSTEM: Final = "aws:efs/fileSystem:FileSystem"
MOUNT_TARGET: Final = "aws:efs/mountTarget:MountTarget"
ACCESS_POINT: Final = "aws:efs/accessPoint:AccessPoint"
LUSTRE: Final = "aws:fsx/lustreFileSystem:LustreFileSystem"

_IN_LUSTRE: Final = (
    *("autoImportPolicy", "automaticBackupRetentionDays", "copyTagsToBackups", "dailyAutomaticBackupStartTime"),
    *(
        "dataCompressionType",
        "deploymentType",
        "driveCacheType",
        "efaEnabled",
        "exportPath",
        "importPath",
        "importedFileChunkSize",
    ),
    *("logConfiguration", "metadataConfiguration", "perUnitStorageThroughput", "rootSquashConfiguration", "throughputCapacity"),
    "weeklyMaintenanceStartTime",
)


def _one_a_zone(request: Request) -> None:
    (zone,) = zones_of(request.ledger, [request.inputs["subnetId"]])
    for other in request.ledger.of(MOUNT_TARGET):
        mine = request.before is not None and request.before.id == other.id
        same = other.get("fileSystemId") == request.inputs["fileSystemId"]
        if not mine and same and zones_of(request.ledger, [other.get("subnetId")]) == [zone]:
            raise RefusedError(f"MountTargetConflict: mount target already exists in this AZ ({zone}: {other.id})")


KINDS: Final = (
    Kind(
        FILE_SYSTEM,
        identify=identifier("fs"),
        computed=lambda request, id_: {
            "arn": arn(request, "elasticfilesystem", f"file-system/{id_}"),
            "dnsName": f"{id_}.efs.{region(request)}.amazonaws.com",
            "ownerId": ACCOUNT,
        },
        frozen=frozenset({"creationToken", "encrypted", "kmsKeyId", "performanceMode", "availabilityZoneName"}),
        check=Operation(
            "efs",
            "CreateFileSystem",
            besides=frozenset({"lifecyclePolicies", "protection"}),
            filled=frozenset({"CreationToken"}),
        ),
        words=Words(
            missing="FileSystemNotFound: File system '{id}' does not exist.",
            in_use="FileSystemInUse: File system {id} has mount targets or access points.",
        ),
    ),
    Kind(
        MOUNT_TARGET,
        identify=identifier("fsmt"),
        computed=lambda request, id_: {
            "networkInterfaceId": f"eni-{digest(id_)[:17]}",
            "dnsName": f"{request.inputs['fileSystemId']}.efs.{region(request)}.amazonaws.com",
        },
        references=(
            Reference("fileSystemId", FILE_SYSTEM),
            Reference("subnetId", SUBNET),
            Reference("securityGroups.*", GROUP),
        ),
        frozen=frozenset({"fileSystemId", "subnetId", "ipAddress"}),
        check=Operation("efs", "CreateMountTarget"),
        admit=_one_a_zone,
    ),
    Kind(
        ACCESS_POINT,
        identify=identifier("fsap"),
        computed=lambda request, id_: {"arn": arn(request, "elasticfilesystem", f"access-point/{id_}")},
        references=(Reference("fileSystemId", FILE_SYSTEM),),
        frozen=frozenset({"fileSystemId", "posixUser", "rootDirectory"}),
        check=Operation(
            "efs", "CreateAccessPoint", {"rootDirectory.creationInfo": "CreationInfo"}, filled=frozenset({"ClientToken"})
        ),
    ),
    Kind(
        LUSTRE,
        identify=identifier("fs"),
        computed=lambda request, id_: {
            "arn": arn(request, "fsx", f"file-system/{id_}"),
            "dnsName": f"{id_}.fsx.{region(request)}.amazonaws.com",
            "mountName": digest(id_)[:8],
        },
        references=(Reference("subnetIds", SUBNET), Reference("securityGroupIds.*", GROUP)),
        frozen=frozenset(
            {"subnetIds", "securityGroupIds", "deploymentType", "storageType", "kmsKeyId", "importPath", "exportPath", "backupId"}
        ),
        check=Operation(
            "fsx",
            "CreateFileSystem",
            {name: f"LustreConfiguration.{name[0].upper()}{name[1:]}" for name in _IN_LUSTRE},
            frozenset({"backupId", "finalBackupTags", "skipFinalBackup", "dataReadCacheConfiguration"}),
            frozenset({"FileSystemType"}),
        ),
        words=Words(
            quota="ServiceLimitExceeded: Your account cannot create the file system: the limit of its storage is reached.",
            timeout="waiting for FSx for Lustre File System ({id}) create: timeout while waiting for state to become 'AVAILABLE' "
            "(last state: 'CREATING', timeout: 30m0s)",
        ),
    ),
)
