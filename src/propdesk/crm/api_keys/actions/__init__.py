"""What is done to keys: each file one verb."""
