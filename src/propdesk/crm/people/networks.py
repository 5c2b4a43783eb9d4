"""The network an address is in: what the people of one household or office have in common."""

import ipaddress

PREFIX_4, PREFIX_6 = 24, 48


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one; empty for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    prefix = PREFIX_4 if found.version == 4 else PREFIX_6
    return str(ipaddress.ip_network((found, prefix), strict=False))
