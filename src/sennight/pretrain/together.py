"""Processes that train one model together: started by torchrun, joined here, alone without it.

`torchrun --nproc-per-node 2 -m sennight pretrain STORE --out RUN ...` is the same command as without torchrun. Every
process holds the whole model, takes its part of each batch, and gradients are averaged (torch's
DistributedDataParallel). The loss of a batch is that of one process with the whole batch, up to the order of sums:
reconstruction counts cells over all parts, and people are told apart among those of all parts.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_gather
from torch.nn.parallel import DistributedDataParallel

from sennight.errors import InputError
from sennight.record import WHOLE, Part


@contextmanager
def joined() -> Iterator[Part]:
    """Join the other processes for as long as the block lasts; without torchrun there are none."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield WHOLE
        return
    if "RANK" not in os.environ:
        raise InputError("WORLD_SIZE is set and RANK is not", todo="Start it by torchrun.")
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Part(rank=dist.get_rank(), size=size)
    finally:
        dist.destroy_process_group()


def spread(module: nn.Module, part: Part, *, unused: bool) -> Callable[..., Tensor]:
    """The module, its gradients averaged over all processes; `unused` if no loss reaches some of its weights."""
    if part.size == 1:
        return module
    return DistributedDataParallel(module, find_unused_parameters=unused, broadcast_buffers=False)


def everybody(mine: Tensor, part: Part) -> Tensor:
    """The rows of all parts in order; what flows back to mine comes from all."""
    return mine if part.size == 1 else torch.cat(all_gather(mine))  # type: ignore[no-untyped-call]


def total(value: float, part: Part) -> float:
    """The sum over all parts."""
    if part.size == 1:
        return value
    held = torch.tensor(value, dtype=torch.float64)
    dist.all_reduce(held)
    return float(held)


def wait(part: Part) -> None:
    """Until all are here: before what one wrote is read by others."""
    if part.size > 1:
        dist.barrier()
