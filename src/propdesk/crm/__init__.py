"""The firm's records: people, programmes, purchases, challenges, accounts and payouts.

It must not judge a rule and must not change an account's state but by a command.
"""
