"""A trading platform of our own, for demonstrations and tests: accounts, orders, markets, traders.

It is a function of what it is told: the clock, the prices and the seed are handed in. Everything
it does is a fact in its journal first, and its state is those facts folded. It must not judge
anybody; it knows nothing of rules.
"""
