"""The sale: quotes, orders, Stripe, link integration, customer pages and the purchase API."""
