"""The records all floors share and the one door to the database."""
