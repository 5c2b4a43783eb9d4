"""What may be done about the calendar, one verb a file."""
