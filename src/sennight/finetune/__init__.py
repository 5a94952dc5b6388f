"""Fine-tune: a backbone with a head, trained end to end on labels, many questions at once."""

from sennight.finetune.answers import Answers
from sennight.finetune.fold import FinetuneSpec, FoldAnswers, Windows, finetune_fold

__all__ = ["Answers", "FinetuneSpec", "FoldAnswers", "Windows", "finetune_fold"]
