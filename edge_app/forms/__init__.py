"""Forms: what should stand where, found on a photo, read, and held to its rules."""
