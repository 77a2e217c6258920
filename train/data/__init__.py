"""Images to train and to measure on, with their labels."""
