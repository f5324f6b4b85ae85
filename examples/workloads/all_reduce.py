"""Proves that an environment can train: every device of every node adds to one tensor, and the sum must be right."""

import os
from importlib.util import find_spec

import torch
import torch.distributed as dist


def join() -> torch.device:
    """Meet the other processes, and say which device is this one's: a GPU, a core of a TPU or of a Neuron chip, or the CPU."""
    if torch.cuda.is_available():
        dist.init_process_group("nccl")
        return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    if find_spec("torch_xla"):
        import torch_xla
        import torch_xla.distributed.xla_backend  # registers the backend

        dist.init_process_group("xla", init_method="xla://" if os.environ.get("PJRT_DEVICE") == "TPU" else None)
        return torch_xla.device()
    dist.init_process_group("gloo")
    return torch.device("cpu")


def main() -> None:
    """One process a device, started by torchrun; exits with an error if a number did not arrive."""
    device = join()
    rank, size = dist.get_rank(), dist.get_world_size()

    ranks = torch.full((1 << 20,), float(rank), device=device)
    dist.all_reduce(ranks)
    expected = size * (size - 1) / 2
    if not torch.all(ranks == expected):
        raise SystemExit(f"rank {rank}: all-reduce gave {ranks[0].item()}, not {expected}")
    if rank == 0:
        print(f"{size} ranks agree on {expected:g}")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
