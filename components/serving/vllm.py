"""vLLM, with its OpenAI-compatible API."""

import config.serving
from components.serving.base import Container
from config.catalog import ACCELERATORS
from config.versions import VLLM

PORT = 8000


def vllm(server: config.serving.ModelServer, weights: str) -> Container:
    """The model is split over all GPUs of a replica, and called by the server's name."""
    return Container(
        image=VLLM[ACCELERATORS[server.accelerator].vendor],
        args=[
            f"--model={weights}",
            f"--served-model-name={server.name}",
            f"--tensor-parallel-size={server.gpus}",
            f"--port={PORT}",
        ],
        port=PORT,
        health="/health",
    )
