"""Forms: what should stand where, found on a photo and read."""
