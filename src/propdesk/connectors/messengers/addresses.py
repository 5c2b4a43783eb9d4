"""What may be kept as the address of a channel: said when it is typed in, and asked again when a
message leaves."""

from propdesk.connectors.messengers import discord, telegram
from propdesk.connectors.messengers.guarded_post import Reach, check_address

ADDRESS_MAX = 500


def checked(channel: str, address: str, reach: Reach) -> str:
    """The address as it is kept. ``reach`` is of webhooks. Raises ``ValueError``."""
    address = address.strip()
    if not address or len(address) > ADDRESS_MAX:
        raise ValueError("write the address")
    if channel == "telegram":
        if not telegram.CHAT.match(address):
            raise ValueError("a chat is a number, or the @name of a channel")
        return address
    if channel == "discord":
        found = check_address(address, Reach(discord.HOSTS))
        if discord.PATH not in found or "?" in found:
            raise ValueError("copy the hook's address as Discord shows it")
        return found
    if channel == "webhook":
        return check_address(address, reach)
    raise ValueError("there is no such channel")
