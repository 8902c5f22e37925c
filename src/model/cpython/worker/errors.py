"""Errors in words: those of users may have long texts, or none that can be made, and some can't be sent to another process."""

# The longest text that is told, in characters.
LONGEST = 1000


class Failed(Exception):
    """What went wrong in a user's function or module, in words that are complete."""


def words(error):
    """Type and text of an error, as the interpreter's own last line has them."""
    try:
        text = str(error)
    except Exception as again:
        text = "its text can't be made (%s)" % type(again).__name__
    if len(text) > LONGEST:
        text = text[:LONGEST] + "..."
    if isinstance(error, Failed):
        return text
    return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__
