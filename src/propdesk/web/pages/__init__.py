"""The views, one file a page. A view parses, calls one action or one query, and renders."""
