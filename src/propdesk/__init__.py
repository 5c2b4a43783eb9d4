"""Propdesk: the open-source, self-hosted system that runs a proprietary trading firm.

Importing it takes time zones from the pinned ``tzdata`` distribution and from nowhere else: a
verdict names the version of its zone data, so two machines with the same version must agree
whatever zone files their operating systems carry. It stands here, and not in the settings, so
that no entry (a worker, a test, somebody's notebook) can come past it.
"""

import zoneinfo

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
