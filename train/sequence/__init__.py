"""Training of the sequence reader: numbers written by one hand each, the network that reads them whole, and its losses."""
