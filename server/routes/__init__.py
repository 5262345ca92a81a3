"""What the phones ask for."""
