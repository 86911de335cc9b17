"""Editorial workflows as rows of steps. It holds its queue's declaration; runs land with the editorial desk."""
