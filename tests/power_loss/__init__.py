"""What a power cut leaves of a real server's files, at any moment of its life."""
