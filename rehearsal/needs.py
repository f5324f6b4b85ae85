"""What the rehearsal of a stack runs and deploys: the programs and the Helm charts to obtain for it."""

from typing import Final

from config.platform import Platform
from rehearsal.clouds import SIMULATIONS

_ALWAYS: Final = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "kueue",
    "kubectl",
    "helm",
    "pulumi",
)


def programs(platform: Platform) -> tuple[str, ...]:
    """Keys of `rehearsal.programs.PROGRAMS`; the autoscaler, which takes a minute to build, only where it has pools to move."""
    scaled = platform.cluster.kind in SIMULATIONS or getattr(platform.cluster, "autoscaler", None)
    return (*_ALWAYS, "karpenter") if scaled else _ALWAYS


def charts(platform: Platform) -> list[str]:
    """Keys of `rehearsal.programs.CHARTS`: those that the stack deploys and no program brings along."""
    karpenter = getattr(platform.cluster, "autoscaler", "") == "karpenter"
    wanted = {
        "vertical-pod-autoscaler": platform.vertical_autoscaling,
        "karpenter": karpenter,
        "karpenter-crd": karpenter,
    }
    return [chart for chart, is_wanted in wanted.items() if is_wanted]
