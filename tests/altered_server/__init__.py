"""The server with one thing of it altered: what a test of the tests is run against."""
