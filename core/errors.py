class DomainError(Exception):
    """Something a person asked for cannot be done; its text is a sentence they can act on."""
