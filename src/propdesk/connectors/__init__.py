"""Reads what platforms, feeds and providers send and maps it to events.

It must not judge a rule, and it refuses what does not reconcile rather than repair it.
"""
