"""Who did what to what, as what, why and when: rows chained by hash that nothing changes again.

It must not know a person, a purchase or an account: it holds their ids, and no field of theirs
that says who somebody is.
"""
