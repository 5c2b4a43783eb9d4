"""Statements of trading platforms, each format in its own file."""
