"""From the pixels of a page to the numbers on it."""
