"""The live loop: newest frame, reading, tracking, and the events published from it."""
