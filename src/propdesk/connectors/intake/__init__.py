"""The intake over a socket of this machine: the server beside the sequencer, and its client."""

SOCKET_NAME = "intake.sock"
"""The socket's name in the directory where state lives."""
