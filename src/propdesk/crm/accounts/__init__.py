"""Trading accounts: what the log said of them, what was commanded because of it, and who decided.

It must not judge, and writes no status that the log did not say.
"""
