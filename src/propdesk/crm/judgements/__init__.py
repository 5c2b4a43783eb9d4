"""Judged histories: what was uploaded, by what it was judged, and what came out.

It must not judge, and it must not keep the uploaded file itself.
"""
