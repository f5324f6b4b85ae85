"""Every chart and image of the platform, in one place. Programs of the rehearsal have theirs in `rehearsal/programs`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chart:
    """A Helm chart in an OCI registry, at one version."""

    reference: str
    version: str


KUEUE = Chart("oci://registry.k8s.io/kueue/charts/kueue", "0.18.4")
KUEUE_IMAGE = "registry.k8s.io/kueue/kueue"

NVIDIA_DEVICE_PLUGIN = "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"
AMD_DEVICE_PLUGIN = "docker.io/rocm/k8s-device-plugin:1.31.0.10"
NEURON_DEVICE_PLUGIN = "public.ecr.aws/neuron/neuron-device-plugin:2.24.23.0"
"""Later ones want `get nodes/proxy`, with which a pod can run commands in every other pod."""
DCGM_EXPORTER = "nvcr.io/nvidia/k8s/dcgm-exporter:4.6.0-4.8.3-distroless"
PYTORCH = "docker.io/pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime"
VLLM = "docker.io/vllm/vllm-openai:v0.12.0"
