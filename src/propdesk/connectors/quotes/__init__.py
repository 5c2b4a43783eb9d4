"""Files of quotes: one symbol each (Lean) or several in one table (CSV)."""
