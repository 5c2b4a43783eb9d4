"""What may be done about a trader's own limits, one verb a file."""
