"""Amazon Web Services, as far as this platform uses it."""

from typing import Final

from rehearsal.clouds.aws import ec2, eks, iam, sts
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults, file
from rehearsal.clouds.kind import Kind
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout

__all__ = ["open_cloud"]

_REPLACING: Final = frozenset({"region"})


def open_cloud(layout: Layout) -> Cloud:
    """The account and region of one rehearsal."""
    kinds: tuple[Kind, ...] = (*ec2.KINDS, *iam.KINDS, *eks.kinds(Server(layout)))
    return Cloud(
        ledger=Ledger(layout.state / "cloud" / "aws"),
        faults=Faults(file(layout)),
        kinds={kind.type: kind for kind in kinds},
        invokes={**ec2.INVOKES, **sts.INVOKES},
        replacing=_REPLACING,
    )
