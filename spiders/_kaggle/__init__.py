"""Reading Kaggle answers and leaderboards: pure, from payload to records."""
