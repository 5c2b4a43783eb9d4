"""What is done with certificates: one verb a file."""
