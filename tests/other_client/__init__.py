"""A second client, written from docs/PROTOCOL.md alone; it shares no code with phone or server."""
