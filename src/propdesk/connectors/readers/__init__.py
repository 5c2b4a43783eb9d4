"""Readers, one folder each: every folder here offers one ``READER`` built on ``template``.

Nothing else names them: ``registry`` lists the folders.
"""
