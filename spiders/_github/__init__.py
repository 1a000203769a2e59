"""What the GitHub spider is made of: its documents, the answers it reads, what it keeps, how it splits searches."""
