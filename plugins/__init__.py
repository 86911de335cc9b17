"""Other people's code at arm's length. It holds its queue's declaration; the jail lands with the editorial desk."""
