"""What the firm looks like from above: search, funnel, money, today. It reads what others own.

It must not write anything; its migrations add indexes to tables of others, and no table.
"""
