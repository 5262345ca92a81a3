"""The commands of `rounds`, one a file."""
