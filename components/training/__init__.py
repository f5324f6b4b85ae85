"""How jobs queue, start together and find one another."""

from components.training.job import DistributedJob
from components.training.kueue import Kueue
from components.training.queues import Queues

__all__ = ["DistributedJob", "Kueue", "Queues"]
