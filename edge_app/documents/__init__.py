"""Files of one page or many, wherever they lie; needs nothing beside the edge's own packages but for PDFs."""
