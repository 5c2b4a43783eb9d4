"""Containers: each turns the bytes of one kind of file into sheets of rows, knowing no format."""
