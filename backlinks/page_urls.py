"""The pages of the sale: the order form, the basket, and an order with what its customer may do."""

from django.urls import path

from backlinks.views import (
    aftercare,
    basket,
    certificates,
    comparing,
    decisions,
    ordering,
    ordering_articles,
    orders,
    paying,
    receipts,
)

app_name = "backlinks"

urlpatterns = [
    path("articles/<slug:slug>/link/", ordering.order_form, name="order_form"),
    path("articles/<slug:slug>/link/check/", ordering.check_while_typing, name="check_while_typing"),
    path("order-an-article/", ordering_articles.article_form, name="article_form"),
    path("basket/", basket.basket, name="basket"),
    path("basket/pay/", basket.pay, name="pay_basket"),
    path("basket/paid/<uuid:checkout_id>/", basket.paid, name="paid_together"),
    path("basket/<uuid:order_id>/remove/", basket.remove, name="remove_from_basket"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/live/", orders.live, name="live"),
    path("orders/<uuid:order_id>/pay/", paying.pay, name="pay"),
    path("orders/<uuid:order_id>/receipt/", receipts.receipt, name="receipt"),
    path("orders/<uuid:order_id>/regenerate/", decisions.regenerate, name="regenerate"),
    path("orders/<uuid:order_id>/submit/", decisions.submit, name="submit"),
    path("orders/<uuid:order_id>/withdraw/", decisions.withdraw, name="withdraw"),
    path("orders/<uuid:order_id>/ask-refund/", decisions.ask_for_refund, name="ask_for_refund"),
    path("orders/<uuid:order_id>/versions/<int:version_id>/", comparing.compare, name="compare"),
    path("orders/<uuid:order_id>/wish/", aftercare.wish, name="wish"),
    path("orders/<uuid:order_id>/wish/take-back/", aftercare.take_wish_back, name="take_wish_back"),
    path("orders/<uuid:order_id>/claim/", aftercare.claim, name="claim"),
    path("orders/<uuid:order_id>/evidence.json", aftercare.as_json, name="evidence_json"),
    path("orders/<uuid:order_id>/evidence.pdf", aftercare.as_pdf, name="evidence_pdf"),
    path("certificates/<slug:number>/<slug:secret>/", certificates.certificate, name="certificate"),
    path("certificates/<slug:number>/<slug:secret>/text.md", certificates.certified_text, name="certified_text"),
]
