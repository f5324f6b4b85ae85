"""Pods that are given what they turn out to need. Nodes are scaled by their cluster, replicas by their model server."""

from components.autoscaling.vertical import VerticalAutoscaler

__all__ = ["VerticalAutoscaler"]
