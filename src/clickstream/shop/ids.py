"""Names that the shop gives."""

import secrets


def new_order_id() -> str:
    """An order's id, which nobody can guess from another."""
    return f"SBW-{secrets.token_hex(7).upper()}"
