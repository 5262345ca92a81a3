"""The desk: one file per coordinator task, each with its routes."""
