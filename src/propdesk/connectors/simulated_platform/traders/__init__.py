"""Simulated traders: one file each, a pure function from what is seen to what is asked for."""
