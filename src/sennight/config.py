"""`key=value` words of the command line, parsed once."""

from collections.abc import Iterable

from sennight.errors import InputError


def settings(pairs: Iterable[str]) -> dict[str, str]:
    """Split `key=value` texts.

    >>> settings(["steps=10", "size=xs"])
    {'steps': '10', 'size': 'xs'}

    Raises: InputError if a text has no `=`, or a key comes twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InputError(f"'{pair}' is not of the form key=value", todo="Write the option as key=value.")
        if key in found:
            raise InputError(f"'{key}' is given twice", todo="Give it once.")
        found[key] = value
    return found
