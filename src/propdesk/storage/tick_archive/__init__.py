"""The tick archive on Parquet files under PROPDESK_HOME, and what keeps it up with the market.

It must not judge a price, nor give out a tick it has not verified.
"""

from propdesk.storage.tick_archive.archive import FileTickArchive
from propdesk.storage.tick_archive.market_follower import MarketFollower, archive_market

__all__ = ["FileTickArchive", "MarketFollower", "archive_market"]
