"""What crawls bring, folded into what is known and written in batches."""
