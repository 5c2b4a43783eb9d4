"""Limits that traders set for themselves, stricter than the rulebook's."""
