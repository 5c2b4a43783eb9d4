"""The firm's money in double entry: accounts, entries, postings; balances are sums.

It must not know what is sold, and nothing in it is ever changed: a mistake is posted back.
"""
