"""Which virtual shard an account is of, for ever, and which partition holds it.

A partition holds a range of shards. It must never change: the log is laid out by it.
"""

from hashlib import blake2b

SHARDS = 1024


def shard_of(account: str) -> int:
    """The account's virtual shard, from 0."""
    return int.from_bytes(blake2b(account.encode(), digest_size=8).digest(), "big") % SHARDS


def partition_of(account: str, partitions: int) -> int:
    """The partition, from 0, that holds the account where there are ``partitions`` of them."""
    return shard_of(account) * partitions // SHARDS
