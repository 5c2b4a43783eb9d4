"""Asking a running engine over a unix socket: the questions, the server in it, its clients."""
