"""Reading papers and their authors: pure, from payload to records."""
