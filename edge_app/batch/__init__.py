"""Reads archives of scans on many processes or machines, on Dask distributed."""
