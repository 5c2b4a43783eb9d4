"""The formats of calendars, one file each with one ``FORMAT``; found by being here."""
