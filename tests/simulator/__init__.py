"""The simulator: a seeded world of phones, people and faults around the real app. DESIGN 7."""
