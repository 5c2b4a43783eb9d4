"""Support: what traders ask, what is answered, and verdicts they dispute.

It must not change a verdict: one that was wrong is made good by another account, by two persons.
"""
