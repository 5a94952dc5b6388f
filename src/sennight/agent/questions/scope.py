"""What the engine does not answer: advice, diagnosis, medicine. It says what it can do instead; emergencies are rules
of their own (`agent/safety`), which see a question before this does."""

import re

ADVICE = re.compile(
    r"\b(should i|shall i|ought i|what (?:can|could|must) i do|how (?:can|could|do) i (?:improve|sleep better|lower|raise|lose|reduce|get (?:fit|better))"
    r"|is (?:it|that|this) (?:safe|dangerous|bad|healthy|ok|okay)|recommend|advice|advise|tips?)\b",
    re.IGNORECASE,
)
MEDICINE = re.compile(
    r"\b(do i have (?:a |an )?(?!data|enough|any (?:data|steps))(?:\w+ )?(?:disease|apnea|apnoea|diabetes|covid|flu|arrhythmia|afib|depression|anxiety|"
    r"cancer|condition|disorder|infection|fever|problem)|diagnos\w+|am i (?:sick|ill|healthy|pregnant|depressed|dying|ok|okay)|disease|medication|medicine|"
    r"drug|dose|pill|tablet|prescri\w+|symptoms?|treatment|cure|what (?:is|are) (?:a )?(?:normal|healthy)|risk of|(?:is|are) (?:my|this|it) .*\b(?:normal|abnormal|healthy|unhealthy)\b(?! for me))",
    re.IGNORECASE,
)
SAID_ADVICE = (
    "I look your own data up and do not give advice. I can show what was recorded, how it moved and how it compares with "
    "your own past; a health professional can say what to make of it."
)
SAID_MEDICINE = (
    "I cannot judge health or illness: nothing here is a diagnosis. I can show what was recorded and how it compares with "
    "your own past, which you may want to take to a health professional."
)


def out_of_scope(question: str) -> str:
    """What is said to a question of advice or medicine; empty if it is neither."""
    if MEDICINE.search(question):
        return SAID_MEDICINE
    return SAID_ADVICE if ADVICE.search(question) else ""
