"""What the firm has decided about accounts, on its way to the engine's log.

It must not call anybody: the courier does, after the transaction.
"""
