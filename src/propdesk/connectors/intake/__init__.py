"""The intake over a socket of this machine: the server beside the sequencer, and its client."""
