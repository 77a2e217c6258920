"""Pages drawn with their truth: numbers by hand among print, words, rulings and desks. For training and testing."""
