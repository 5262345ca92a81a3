"""Membership lists as files: read, compared with the last one, and saved where they differ."""
