"""What a recommender has to beat."""
