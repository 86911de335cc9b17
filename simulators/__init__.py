"""Stand-ins for what production brings itself: Stripe, OpenAI and a mailbox, each a process on loopback.

They speak the real wire protocols. They must never be imported by the product, import it, or be reachable from another
machine.
"""
