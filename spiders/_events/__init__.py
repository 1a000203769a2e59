"""Reading conference programmes and speaker files: pure, from payload to records."""
