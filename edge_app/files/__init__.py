"""Files: images in, results written whole or not at all."""
