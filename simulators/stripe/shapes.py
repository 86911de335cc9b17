"""The objects as Stripe's API returns them: every field it would send, with the stand-in's own values.

Shapes only: they must never decide what happens to a payment.
"""

from typing import Any

from simulators.stripe.errors import JsonObject
from simulators.stripe.ids import new_id, random_text

SESSION_PASSED_THROUGH = (
    "billing_address_collection", "cancel_url", "client_reference_id", "customer_creation", "customer_email",
    "locale", "submit_type", "success_url",
)  # fmt: skip


def session(params: dict[str, Any], *, lines: list[JsonObject], created: int, expires_at: int, base: str) -> JsonObject:
    id = new_id("checkout.session")
    total = sum(line["amount_total"] for line in lines)
    nothing = dict.fromkeys(
        (
            "after_expiration", "allow_promotion_codes", "billing_address_collection", "cancel_url",
            "client_reference_id", "client_secret", "collected_information", "consent", "consent_collection",
            "currency_conversion", "customer", "customer_account", "customer_details", "customer_email",
            "discounts", "integration_identifier", "invoice", "locale", "managed_payments", "origin_context",
            "payment_intent", "payment_link", "payment_method_configuration_details", "permissions",
            "recovered_from", "saved_payment_method_options", "setup_intent", "shipping_address_collection",
            "shipping_cost", "submit_type", "subscription", "wallet_options",
        )
    )  # fmt: skip
    return {
        **nothing,
        "id": id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": created,
        "currency": lines[0]["currency"],
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer_creation": "if_required",
        "expires_at": expires_at,
        "invoice_creation": {"enabled": False, "invoice_data": _invoice_data()},
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("payment_method_types", ["card"]),
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
        "url": f"{base}/pay/{id}",
        **{name: params[name] for name in SESSION_PASSED_THROUGH if name in params},
    }


def _invoice_data() -> JsonObject:
    names = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    return {**dict.fromkeys(names), "metadata": {}}


def line_item(given: dict[str, Any], *, created: int) -> JsonObject:
    price, product = given["price_data"], given["price_data"]["product_data"]
    total = price["unit_amount"] * given["quantity"]
    return {
        "id": new_id("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": {},
        "price": _price(price, created),
        "quantity": given["quantity"],
    }


def _price(given: dict[str, Any], created: int) -> JsonObject:
    return {
        **dict.fromkeys(("custom_unit_amount", "lookup_key", "nickname", "recurring", "tiers_mode")),
        "id": new_id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": given["currency"],
        "livemode": False,
        "metadata": {},
        "product": new_id("product"),
        "tax_behavior": given.get("tax_behavior", "unspecified"),
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": given["unit_amount"],
        "unit_amount_decimal": str(given["unit_amount"]),
    }


def payment_intent(checkout: JsonObject, given: dict[str, Any], *, created: int) -> JsonObject:
    """`given` is the session's payment_intent_data."""
    id = new_id("payment_intent")
    nothing = dict.fromkeys(
        (
            "application", "application_fee_amount", "automatic_payment_methods", "canceled_at",
            "cancellation_reason", "customer", "customer_account", "excluded_payment_method_types",
            "last_payment_error", "latest_charge", "managed_payments", "next_action", "on_behalf_of",
            "payment_method", "payment_method_configuration_details", "processing", "review",
            "setup_future_usage", "shipping", "source", "transfer_data", "transfer_group",
        )
    )  # fmt: skip
    return {
        **nothing,
        "id": id,
        "object": "payment_intent",
        "amount": checkout["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_{random_text(24)}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": checkout["currency"],
        "description": given.get("description"),
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": checkout["payment_method_types"],
        "receipt_email": given.get("receipt_email"),
        "statement_descriptor": given.get("statement_descriptor"),
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
    }


def charge(intent: JsonObject, *, email: str | None, created: int, base: str) -> JsonObject:
    id = new_id("charge")
    nothing = dict.fromkeys(
        (
            "application", "application_fee", "application_fee_amount", "customer", "failure_balance_transaction",
            "failure_code", "failure_message", "on_behalf_of", "receipt_number", "review", "shipping", "source",
            "source_transfer", "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
            "transfer_group",
        )
    )  # fmt: skip
    return {
        **nothing,
        "id": id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": new_id("balance_transaction"),
        "billing_details": {**dict.fromkeys(("address", "name", "phone", "tax_id")), "email": email},
        "calculated_statement_descriptor": "COPYDESK STAND-IN",
        "captured": True,
        "created": created,
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": {
            **dict.fromkeys(("advice_code", "network_advice_code", "network_decline_code", "reason")),
            "network_status": "approved_by_network",
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {"type": "card", "card": _card()},
        "receipt_email": intent["receipt_email"],
        "receipt_url": f"{base}/",
        "refunded": False,
        "status": "succeeded",
    }


def _card() -> JsonObject:
    return {
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 8,
        "exp_year": 2034,
        "fingerprint": "standinfingerpri",
        "funding": "credit",
        "installments": None,
        "last4": "4242",
        "mandate": None,
        "network": "visa",
        "three_d_secure": None,
        "wallet": None,
    }


def refund(paid: JsonObject, *, amount: int, params: dict[str, Any], created: int) -> JsonObject:
    return {
        "id": new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("balance_transaction"),
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": params.get("metadata", {}),
        "payment_intent": paid["payment_intent"],
        "payment_method": paid["payment_method"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def dispute(paid: JsonObject, *, reason: str, created: int) -> JsonObject:
    return {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": paid["amount"],
        "balance_transactions": [],
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": created + 7 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
