"""Judge: evidence and role profiles in, scores with receipts out."""
