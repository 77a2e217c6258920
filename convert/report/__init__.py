"""Reports of a conversion: tables, plots and the model card; and publishing."""
