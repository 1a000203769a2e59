"""Code hosts beside GitHub: what a night on one is like, and what each of them has to say of itself."""
