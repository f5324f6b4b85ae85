"""Proves that an environment can train: every GPU of every node adds to one tensor, and the sum must be right."""

import os

import torch
import torch.distributed as dist


def main() -> None:
    """One process a GPU, started by torchrun; exits with an error if a number did not arrive."""
    on_gpu = torch.cuda.is_available()
    dist.init_process_group("nccl" if on_gpu else "gloo")
    rank, size = dist.get_rank(), dist.get_world_size()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if on_gpu else torch.device("cpu")

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
