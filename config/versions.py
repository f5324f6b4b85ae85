"""Every chart and image of the platform, in one place. Programs of the rehearsal have theirs in `rehearsal/programs`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Chart:
    """A Helm chart at one version."""

    reference: str
    """Its address in an OCI registry, or its name in `repository`."""
    version: str
    repository: str | None = None


KUEUE = Chart("oci://registry.k8s.io/kueue/charts/kueue", "0.18.4")
VERTICAL_POD_AUTOSCALER = Chart("vertical-pod-autoscaler", "0.13.0", "https://kubernetes.github.io/autoscaler")
KUEUE_IMAGE = "registry.k8s.io/kueue/kueue"

NVIDIA_DEVICE_PLUGIN = "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"
AMD_DEVICE_PLUGIN = "docker.io/rocm/k8s-device-plugin:1.31.0.10"
NEURON_DEVICE_PLUGIN = "public.ecr.aws/neuron/neuron-device-plugin:2.24.23.0"
"""Later ones want `get nodes/proxy`, with which a pod can run commands in every other pod."""
EFA_DEVICE_PLUGIN = "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.20"
"""Of AWS's own account for EKS, from which nodes of any region may pull."""
DCGM_EXPORTER = "nvcr.io/nvidia/k8s/dcgm-exporter:4.6.0-4.8.3-distroless"
PYTORCH: Mapping[str, str] = {
    "nvidia": "docker.io/pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime",
    "amd": "docker.io/rocm/pytorch:rocm7.2.1_ubuntu24.04_py3.12_pytorch_release_2.9.1",
    "neuron": "public.ecr.aws/neuron/pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.27.1-ubuntu24.04",
    "tpu": "us-central1-docker.pkg.dev/tpu-pytorch-releases/docker/xla:r2.7.0_3.10_tpuvm",
}
"""Vendor of the devices → PyTorch for them."""
PYTORCH_EFA: Mapping[str, str] = {
    **PYTORCH,
    "nvidia": "public.ecr.aws/deep-learning-containers/pytorch-training:2.9.0-gpu-py312-cu130-ubuntu22.04-ec2-v1.11",
}
"""Vendor of the devices → PyTorch that reaches other nodes by EFA, with libfabric and NCCL's plugin for it. Without these NCCL
takes the ordinary network, and says so only in its log."""
VLLM: Mapping[str, str] = {
    "nvidia": "docker.io/vllm/vllm-openai:v0.12.0",
    "amd": "docker.io/vllm/vllm-openai-rocm:v0.23.0",
    "neuron": "public.ecr.aws/neuron/pytorch-inference-vllm-neuronx:0.13.0-neuronx-py312-sdk2.28.0-ubuntu24.04",
    "tpu": "docker.io/vllm/vllm-tpu:v0.22.0",
}
"""Vendor of the devices → vLLM for them."""

KUBERNETES: Final = ("1.34", "1.35", "1.36")
"""The minors that this platform is made for: those that every component of it and every cloud supports."""

DEFAULT_KUBERNETES: Final = "1.35"

CLUSTER_AUTOSCALER: Final[Mapping[str, str]] = {
    minor: f"registry.k8s.io/autoscaling/cluster-autoscaler:v{version}"
    for minor, version in {"1.34": "1.34.5", "1.35": "1.35.2", "1.36": "1.36.1"}.items()
}
"""Kubernetes minor → its Cluster Autoscaler, which simulates the scheduler of that minor and of no other."""

KARPENTER = Chart("oci://public.ecr.aws/karpenter/karpenter", "1.14.1")
KARPENTER_CRDS = Chart("oci://public.ecr.aws/karpenter/karpenter-crd", "1.14.1")
EKS_NODE_IMAGES: Final[Mapping[str, str]] = {"al2023": "al2023@v20260903", "bottlerocket": "bottlerocket@v1.63.0"}
"""Node image → its release, for nodes that Karpenter makes; those of managed groups come with their Kubernetes."""

_EKS_ADDONS: Final[Mapping[str, str]] = {
    "vpc-cni": "v1.22.4-eksbuild.3",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
    "aws-efs-csi-driver": "v3.4.1-eksbuild.1",
    "aws-fsx-csi-driver": "v1.9.0-eksbuild.1",
}
EKS_ADDONS: Final[Mapping[str, Mapping[str, str]]] = {
    "1.34": {**_EKS_ADDONS, "kube-proxy": "v1.34.6-eksbuild.13", "coredns": "v1.13.2-eksbuild.11"},
    "1.35": {**_EKS_ADDONS, "kube-proxy": "v1.35.3-eksbuild.13", "coredns": "v1.14.3-eksbuild.3"},
    "1.36": {**_EKS_ADDONS, "kube-proxy": "v1.36.0-eksbuild.14", "coredns": "v1.14.3-eksbuild.3"},
}
"""Kubernetes minor → managed add-on → version. Left out, EKS would take another one whenever it pleases."""
