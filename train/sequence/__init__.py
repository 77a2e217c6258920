"""Training of the sequence reader: numbers by one hand each, the network that reads them whole, its losses."""
