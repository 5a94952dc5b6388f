"""The trainer: model, projector, optimizers, running average and guards; all that a checkpoint of a run has to hold."""

import math
import statistics
from collections import deque
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.day_transformer.precision import precision_on
from sennight.errors import InputError
from sennight.pretrain.lesson import Lesson
from sennight.pretrain.objectives import Projector
from sennight.pretrain.recipes import OptimizerName, Recipe
from sennight.pretrain.together import spread, total
from sennight.record import WHOLE, Part

SPIKE = 20.0  # times the median gradient of the last steps; clipping alone would still let its direction through
REMEMBERED = 64  # steps that the median is taken over, and at least half of them
MOST_SPIKES_IN_A_ROW = 3  # more are no spike but a new level
STATE: dict[type[torch.optim.Optimizer], set[str]] = {
    torch.optim.AdamW: {"step", "exp_avg", "exp_avg_sq"},
    torch.optim.Muon: {"momentum_buffer"},
}
AVERAGE, GUARD, PROJECTOR = "average:", "guard:", "projector"


class Trainer:
    """What is trained and how far it is."""

    def __init__(self, model: DayTransformer, recipe: Recipe, *, seed: int, part: Part = WHOLE) -> None:
        self.model = model
        self.part = part
        self.model.precision = precision_on(model.mean.device, recipe.precision)
        self.recipe = recipe
        self.seed = seed
        self.step = 0
        numbers = model.day_vector.inputs if model.day_vector is not None else 0
        self.projector = Projector(model.width, numbers=numbers) if recipe.person_weight else None
        self.optimizers = _optimizers(self.parameters(), recipe)
        self.lesson = Lesson(model, self.projector, recipe)
        """What is called for a loss; gradients of all processes meet on its way back."""
        idle = not recipe.aim_weight or bool(recipe.vector and not recipe.person_weight)
        self.spread = spread(self.lesson, part, unused=idle)
        trained = nn.ModuleList([model] if self.projector is None else [model, self.projector])
        self.average: AveragedModel | None = None
        if recipe.ema_decay:
            follow = get_ema_multi_avg_fn(recipe.ema_decay)  # type: ignore[no-untyped-call]
            self.average = AveragedModel(trained, multi_avg_fn=follow)
        self.norms: deque[float] = deque(maxlen=REMEMBERED)
        self.spikes_in_a_row = 0
        self.best = math.inf
        self.validations_since_best = 0

    def parameters(self) -> list[tuple[str, nn.Parameter]]:
        """Everything that is trained, by name: the model's, then the projector's."""
        own = [] if self.projector is None else self.projector.named_parameters(prefix=PROJECTOR)
        return [*self.model.named_parameters(), *own]

    @property
    def released(self) -> DayTransformer:
        """What is validated and kept in the end: the running average where the recipe has one, else the model."""
        return self.model if self.average is None else self.average.module[0]  # type: ignore[index]

    @property
    def released_projector(self) -> Projector | None:
        """The projector that belongs to it."""
        if self.projector is None or self.average is None:
            return self.projector
        return self.average.module[1]  # type: ignore[index]

    def descend(self, loss: Tensor, *, learning_rate: float) -> tuple[float, str]:
        """Gradient, clipping, one step. Gives the norm before clipping, and why no step was taken ("" if it was)."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            optimizer.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        parameters = [p for _, p in self.parameters()]
        norm = float(nn.utils.clip_grad_norm_(parameters, self.recipe.clip_norm))
        if not (math.isfinite(norm) and math.isfinite(total(float(loss.detach()), self.part))):
            return norm, "not finite"
        if self._is_spike(norm):
            return norm, "spike"
        for optimizer in self.optimizers:
            optimizer.step()
        if self.average is not None:
            self.average.update_parameters(nn.ModuleList([self.model, *([self.projector] if self.projector else [])]))
        return norm, ""

    def _is_spike(self, norm: float) -> bool:
        """Whether this gradient is far beyond those before; remembers it either way."""
        before = self.norms.copy()
        self.norms.append(norm)
        if len(before) < REMEMBERED // 2 or norm <= SPIKE * statistics.median(before):
            self.spikes_in_a_row = 0
            return False
        self.spikes_in_a_row += 1
        return self.spikes_in_a_row <= MOST_SPIKES_IN_A_ROW

    def judge(self, error: float) -> bool:
        """Hear how held-out people fare; whether that is the best so far."""
        if error < self.best:
            self.best, self.validations_since_best = error, 0
            return True
        self.validations_since_best += 1
        return False

    @property
    def has_stalled(self) -> bool:
        """Whether held-out people have not fared better for as many validations as the recipe is patient."""
        return bool(self.recipe.patience) and self.validations_since_best >= self.recipe.patience

    def tensors(self) -> dict[str, Tensor]:
        """Optimizer state, projector, running average and guards as named tensors, for safetensors."""
        held: dict[str, Tensor] = {}
        for optimizer, names in zip(self.optimizers, self._names(), strict=True):
            state = optimizer.state_dict()["state"]
            held |= {f"{names[i]}/{key}": value for i, entry in state.items() for key, value in entry.items()}
        if self.average is not None:
            held |= {AVERAGE + name: value for name, value in self.average.state_dict().items()}
        held |= {n: p.detach() for n, p in self.parameters() if n.startswith(f"{PROJECTOR}.")}
        counts = [self.best, float(self.validations_since_best), float(self.spikes_in_a_row)]
        return held | {
            f"{GUARD}norms": torch.tensor(list(self.norms), dtype=torch.float64),
            f"{GUARD}counts": torch.tensor(counts, dtype=torch.float64),
        }

    def resume(self, step: int, tensors: dict[str, Tensor]) -> None:
        """Continue after `step` finished steps. Raises: InputError if the tensors are of another model or recipe."""
        try:
            for optimizer, names in zip(self.optimizers, self._names(), strict=True):
                _restore(optimizer, names, tensors)
            with torch.no_grad():
                for name, parameter in self.parameters():
                    if name.startswith(f"{PROJECTOR}."):
                        parameter.copy_(tensors[name])
            if self.average is not None:
                kept = {n.removeprefix(AVERAGE): t for n, t in tensors.items() if n.startswith(AVERAGE)}
                self.average.load_state_dict(kept)
            self.norms.extend(tensors[f"{GUARD}norms"].tolist())
            best, since, spikes = tensors[f"{GUARD}counts"].tolist()
        except (KeyError, ValueError, RuntimeError) as error:
            raise InputError("the checkpoint holds no optimizer state for this model") from error
        self.best, self.validations_since_best, self.spikes_in_a_row = best, int(since), int(spikes)
        self.step = step

    def _names(self) -> list[list[str]]:
        """Names of each optimizer's parameters, in its order."""
        known = {id(p): name for name, p in self.parameters()}
        return [[known[id(p)] for group in o.param_groups for p in group["params"]] for o in self.optimizers]


def _optimizers(parameters: Sequence[tuple[str, nn.Parameter]], recipe: Recipe) -> list[torch.optim.Optimizer]:
    """AdamW for everything; or Muon for the matrices inside blocks and AdamW for the rest."""
    by_muon = [
        p for name, p in parameters
        if recipe.optimizer is OptimizerName.MUON and p.ndim == 2 and name.startswith(("encoder.", "decoder."))
    ]  # fmt: skip
    taken = {id(p) for p in by_muon}
    rest = [p for _, p in parameters if id(p) not in taken]
    decay = recipe.weight_decay
    made: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(rest, lr=recipe.learning_rate, weight_decay=decay, betas=(0.9, 0.95))
    ]
    if by_muon:
        # Its updates are scaled to the size of AdamW's, so that one learning rate serves both.
        made.append(
            torch.optim.Muon(by_muon, lr=recipe.learning_rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw")
        )
    return made


def _restore(optimizer: torch.optim.Optimizer, names: Sequence[str], tensors: dict[str, Tensor]) -> None:
    """Give an optimizer its state back. Raises: KeyError if there is none, or another's."""
    entries: dict[int, dict[str, Tensor]] = {}
    for i, name in enumerate(names):
        found = {n.removeprefix(f"{name}/"): t for n, t in tensors.items() if n.startswith(f"{name}/")}
        if found:  # a weight that no loss reaches (the decoder, without reconstruction) has none
            if set(found) != STATE[type(optimizer)]:
                raise KeyError("the state of another optimizer")
            entries[i] = found
    if not entries:
        raise KeyError("no optimizer state")
    optimizer.load_state_dict({**optimizer.state_dict(), "state": entries})
