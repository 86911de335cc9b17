"""The offline writer: weaves a link into a paragraph with no model and no network, by extraction and fixed phrases.

It must never invent a fact, change a byte the author wrote, or pass for more than it is.
"""
