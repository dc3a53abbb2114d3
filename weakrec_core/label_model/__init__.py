"""Label models: from votes to the probability that a data point is POSITIVE."""
