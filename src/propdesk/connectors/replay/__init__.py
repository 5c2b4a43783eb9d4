"""Recorded quotes and events, streamed into an intake at a chosen speed.

It must not judge, repair or invent anything: what is not right is the quote policy's to refuse.
"""
