"""Keeps things: the embedded database, the event log, the tick archive and snapshots.

It must not know what the things it keeps mean.
"""
