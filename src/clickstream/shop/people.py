"""People: who signs in, and where they had things sent last."""

from uuid import UUID

from clickstream.errors import ShopError
from clickstream.shop.shapes import Address, Profile
from clickstream.shop.store import Connection, all_of, one_of
from clickstream.shop.tokens import Person


async def welcome(connection: Connection, person: Person, profile: Profile) -> bool:
    """Whether a person who signs in is new to the shop."""
    row = await one_of(
        connection, "welcome", sub=person.sub, email=profile.email, name=profile.name
    )
    return bool(row and row["is_new"])


async def user_id(connection: Connection, person: Person) -> UUID:
    """The shop's own number of a person. Raises where the person was never welcomed."""
    row = await one_of(connection, "user", sub=person.sub)
    if row is None:
        raise ShopError("forbidden", "the shop does not know you yet: PUT /v1/me first")
    return UUID(str(row["id"]))


async def last_address(connection: Connection, person: Person) -> Address | None:
    """The address that the person gave last."""
    found = await all_of(connection, "last_address", Address, sub=person.sub)
    return found[0] if found else None


async def address_id(connection: Connection, user: UUID, address: Address) -> UUID:
    """The id of the same address if the person has it already, else of a new one."""
    given = {
        "user_id": user,
        "recipient": address.recipient,
        "phone": address.phone,
        "street": address.street,
        "district": address.district,
        "city": address.city,
    }
    row = await one_of(connection, "known_address", **given)
    row = row or await one_of(connection, "new_address", **given) or {}
    return UUID(str(row["id"]))
