"""The web page: live view, history, and reading of photographed pages. Needs the extra `live`."""
