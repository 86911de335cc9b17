"""Everybody's own pages, and how they come in."""

from django.urls import path

from accounts.views import account, invitation, second_step, sign_in, staff, step_up

app_name = "accounts"

urlpatterns = [
    path("", account.account, name="account"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.enter_code, name="enter_code"),
    path("sign-in/again/", sign_in.send_again, name="send_again"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("sign-ins/<int:sign_in_id>/end/", account.end_sign_in, name="end_sign_in"),
    path("sign-ins/end-others/", account.end_other_sign_ins, name="end_other_sign_ins"),
    path("second-step/", second_step.second_step, name="second_step"),
    path("invitation/<str:uidb64>/<str:token>/", invitation.invitation, name="invitation"),
    path("step-up/", step_up.step_up, name="step_up"),
]

# In place of the admin's own: its form is limited and followed by the second step, its way out ends the sign-in.
staff_urlpatterns = [
    path("login/", staff.staff_sign_in),
    path("logout/", sign_in.sign_out),
]
