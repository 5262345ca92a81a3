"""What a phone takes: `make bench-phone`, in Chromium with its processor made six times slower."""
