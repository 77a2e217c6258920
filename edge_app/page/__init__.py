"""From the pixels of a page to the numbers on it.

The limits in these files were set by hand on pages drawn by train/pages and on the development photos, with
`tests/benchmarks/drawn.py` and `photos.py`; those of doubtful.py with `marks.py`, those of orientation.py with
`turns.py`. `tests/benchmarks/limits.py` changes each of them and prints what that does to both kinds of pages.
"""
