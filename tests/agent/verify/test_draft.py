import pytest
from pydantic import ValidationError

from sennight.agent.verify.draft import MAX_BLOCK_CHARS, MAX_BLOCKS, Block, Draft


def test_a_draft_is_a_few_short_blocks_and_nothing_else() -> None:
    block = {"kind": "fact", "text": "You walked {E1}."}
    assert Draft.model_validate({"blocks": [block]}).blocks[0] == Block(kind="fact", text="You walked {E1}.")
    for wrong in (
        {"blocks": []},
        {"blocks": [block] * (MAX_BLOCKS + 1)},
        {"blocks": [{"kind": "diagnosis", "text": "x"}]},
        {"blocks": [{"kind": "fact", "text": "x" * (MAX_BLOCK_CHARS + 1)}]},
        {"blocks": [block], "html": "<b>"},
        {"blocks": [{**block, "code": "print()"}]},
    ):
        with pytest.raises(ValidationError):
            Draft.model_validate(wrong)
