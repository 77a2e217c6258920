"""What should stand where: forms, their fields, and the rules that a reading must keep."""
