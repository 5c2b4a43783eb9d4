"""Worked examples for the public rulebook: a small history for each rule, judged at its boundary.

One file for each rule family builds histories that grow by one step; the evaluator finds the step
at which the rule speaks. No outcome and no boundary is written down here.
"""
