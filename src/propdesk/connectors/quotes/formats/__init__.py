"""The formats of quotes, one file each; a file that offers ``FORMAT`` is found by being here."""
