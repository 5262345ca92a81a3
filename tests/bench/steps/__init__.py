"""The steps of the bench: each measures some rows. Their order is the table's."""
