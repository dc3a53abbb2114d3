"""P(POSITIVE) of a book for a user, learned from weak and gold labels together."""
