"""The pages: views, templates and vendored assets of the Django project.

A view must not decide: it parses, calls one action or one query, and renders.
"""
