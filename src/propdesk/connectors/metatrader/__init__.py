"""What the exports of MetaTrader 4 and 5 have in common."""
