"""What people read of a conversion: table, plots, card; and publishing."""
