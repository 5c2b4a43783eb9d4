"""Orders, payments, refunds and disputes: what was bought, and what became of the money.

It must not open an account: a paid order waits as a task for whoever does.
"""
