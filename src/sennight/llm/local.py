"""Is an address this machine? The rule behind `local_only`, kept in code where no prompt and no setting reaches it."""

import ipaddress
from urllib.parse import urlsplit

from sennight.errors import InputError
from sennight.llm.trouble import NotLocal


def is_loopback(url: str) -> bool:
    """Whether a URL's host is loopback by its own letters: `localhost`, 127.0.0.0/8 or ::1.

    Any other name could be anything tomorrow, so it is never looked up.
    """
    host = host_of(url)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host of an http(s) URL. Raises: InputError if it is none, or carries a name and password."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise InputError("the url of a language model is none", todo="Write it as http://127.0.0.1:8000/v1.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InputError("the url of a language model is none", todo="Write it as http://127.0.0.1:8000/v1.")
    if parts.username or parts.password:
        raise InputError("a url must not carry a password", todo="Name a variable that holds the key: key_env.")
    return host


def refuse_beyond(url: str) -> None:
    """Raises: NotLocal unless the address is this machine."""
    if not is_loopback(url):
        raise NotLocal(
            f"the profile is local-only and '{host_of(url)[:100]}' is not this machine",
            todo="Use a server on 127.0.0.1, or set local_only = false in the profile.",
        )
