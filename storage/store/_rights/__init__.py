"""What people may ask for, what terms take away, and what keeps the erased erased."""
