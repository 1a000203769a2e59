"""Parts of the Meta Kaggle import: who is kept, what becomes of a row, team medals."""
