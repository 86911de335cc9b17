"""The OpenAI stand-in: Responses, Chat Completions and Moderations over OpenAI's own wire protocol.

What answers is the offline writer and says so in the model's name; it must never pretend to be a language model.
"""
