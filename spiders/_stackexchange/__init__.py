"""Reading Stack Exchange answers: pure, from payload to records."""
