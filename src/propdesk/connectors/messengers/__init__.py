"""Channels by which messages leave: mail, Telegram, Discord, signed webhooks.

They must not word anything, nor keep a secret of what they send.
"""
