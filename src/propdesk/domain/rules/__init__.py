"""One rule, one file: its terms, its judge, its sentence. A rule never fetches anything."""
