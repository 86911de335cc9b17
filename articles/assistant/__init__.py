"""Help for editors: pieces of text and advice on an article, each a suggestion until somebody accepts it.

It must never change what readers see, nor let a model write an address, a heading's level or a line of markup.
"""
