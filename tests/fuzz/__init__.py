"""Bytes nobody meant, into all that reads bytes from outside: `python -m tests.fuzz --help`."""
