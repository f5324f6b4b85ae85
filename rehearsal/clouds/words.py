"""How a cloud words what it refuses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The messages of a cloud's API for one type of resource. `{id}` stands for the id or name of what they are about."""

    missing: str = "NotFound: {id} does not exist"
    taken: str = "AlreadyExists: {id} exists already"
    in_use: str = "DependencyViolation: {id} has dependencies and cannot be deleted"
    throttled: str = "ThrottlingException: Rate exceeded"
    quota: str = "LimitExceeded: the account's quota does not allow another one"
    capacity: str = "InsufficientCapacity: there is no capacity left for this request in any of its zones"
    timeout: str = "timeout while waiting for {id} to become ready"
