"""Where the clouds are: `regions.tsv`, from their own lists of regions and zones (2026).

Of AWS those of the commercial partition, of Azure those of the public cloud, some of which have no zones. A zone's letter or
number is an account's own: which building `us-east-1a` is, differs between accounts.
"""

import csv
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path


@cache
def regions(cloud: str) -> Mapping[str, tuple[str, ...]]:
    """Region → its zones, of one cloud (aws, gcp or azure)."""
    with (Path(__file__).parent / "regions.tsv").open() as table:
        return {
            row["region"]: tuple(filter(None, row["zones"].split(",")))
            for row in csv.DictReader(table, delimiter="\t")
            if row["cloud"] == cloud
        }


def zones(cloud: str, region: str) -> tuple[str, ...]:
    """The region's zones; raises LookupError for a region that the cloud does not have, and says which it may have been."""
    known = regions(cloud)
    if region not in known:
        near = get_close_matches(region, known, n=3) or sorted(known)
        raise LookupError(f"{cloud} has no region {region!r}; write for example {', '.join(near)}")
    return known[region]


def chosen(cloud: str, region: str, named: tuple[str, ...], default: int) -> tuple[str, ...]:
    """The named zones or, if none are named, the first `default` of the region (all, if it has no more).

    Raises LookupError for a zone that the region does not have.
    """
    there = zones(cloud, region)
    for zone in named:
        if zone not in there:
            raise LookupError(f"{region} has no zone {zone!r}; write some of {', '.join(there)}")
    return named or there[:default]
