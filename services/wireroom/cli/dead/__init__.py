"""``dead``: what could not be handled: list it, look at it, put it back, give it up."""
