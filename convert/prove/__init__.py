"""The proof that a converted model reads as its float parent does."""
