"""The network and what stands around it as C sources, for microcontrollers."""
