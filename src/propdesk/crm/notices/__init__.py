"""What the firm tells people: texts, the inbox, alerts of the desk, and every delivery of each.

It must not decide what happens: whoever decides puts a notice into the outbox.
"""
