"""How a worker's memory is kept: freed, but not so eagerly that each page's buffers are asked for anew."""

import ctypes

# From glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
TRIM_BYTES, MMAP_BYTES = 64 * 1024 * 1024, 32 * 1024 * 1024


def keep_page_buffers() -> None:
    """Lets malloc keep up to TRIM_BYTES that are free, and give back at once what is larger than MMAP_BYTES.

    Dask starts its workers with a threshold of 64 kB, with which reading a page takes 1.4 times as long: each of its
    buffers then is the kernel's between two pages. Without glibc nothing is done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, TRIM_BYTES)
        mallopt(M_MMAP_THRESHOLD, MMAP_BYTES)
