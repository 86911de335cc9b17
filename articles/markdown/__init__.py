"""Markdown as the publisher wrote it: reading its blocks, changing one paragraph, rendering it safely.

It must never re-serialise an article: what is not being changed is not even read back, only copied.
"""
