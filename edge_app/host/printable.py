"""Names and reasons that others chose, as text that can be written anywhere and forges no line."""

import unicodedata

# Control characters, and what else ends a line.
ESCAPED = {"Cc", "Zl", "Zp"}


def printable(text: str) -> str:
    """Text that is UTF-8: bytes of another encoding become question marks, control characters escapes."""
    known = text.encode("utf-8", "replace").decode()
    return "".join(
        each.encode("unicode_escape").decode() if unicodedata.category(each) in ESCAPED else each for each in known
    )
