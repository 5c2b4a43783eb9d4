"""What the firm sells: programmes, their versions, prices, add-ons, coupons, and on what terms.

It must not judge by a rulebook, and must not know who bought what.
"""
