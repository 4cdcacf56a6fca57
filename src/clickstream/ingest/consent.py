"""What an event loses whose visitor said no, where the settings want it so.

The tracker sends nothing then. Other senders may: their events count, and tell of nobody.
"""

from typing import Any, Final

DENIED: Final = "denied"
TELLING: Final = frozenset({"userId", "clientId", "sessionId", "identitySource", "userLoginState"})


def nobodys(document: dict[str, Any]) -> dict[str, Any]:
    """The event without what tells who it is of, or which of its others are of the same visitor."""
    return {name: value for name, value in document.items() if name not in TELLING}
