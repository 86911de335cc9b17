"""The Stripe stand-in: Checkout, payments, refunds, disputes and signed webhooks over Stripe's own wire protocol.

No money moves here. It must never accept a live key or post a webhook beyond this machine.
"""
