"""Backups: how one is made and checked, and how a server comes back from one."""
