"""What we publish: articles, versions, placements, AI drafting, quality. publish() alone decides what is live."""
