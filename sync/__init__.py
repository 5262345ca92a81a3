"""What is true about the union's records. Pure: no network, database, clock or randomness."""
