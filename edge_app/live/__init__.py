"""The live loop: newest frame, reading, tracking, and what is told of it."""
