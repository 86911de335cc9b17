"""The pages of the sale: the order form, and an order with what its customer may do."""

from django.urls import path

from backlinks.views import decisions, ordering, orders, paying, receipts

app_name = "backlinks"

urlpatterns = [
    path("articles/<slug:slug>/link/", ordering.order_form, name="order_form"),
    path("articles/<slug:slug>/link/check/", ordering.check_while_typing, name="check_while_typing"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/live/", orders.live, name="live"),
    path("orders/<uuid:order_id>/pay/", paying.pay, name="pay"),
    path("orders/<uuid:order_id>/receipt/", receipts.receipt, name="receipt"),
    path("orders/<uuid:order_id>/regenerate/", decisions.regenerate, name="regenerate"),
    path("orders/<uuid:order_id>/submit/", decisions.submit, name="submit"),
    path("orders/<uuid:order_id>/withdraw/", decisions.withdraw, name="withdraw"),
]
