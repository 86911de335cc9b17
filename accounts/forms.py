"""What is asked of people who sign in."""

from django import forms


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="Your email",
        max_length=254,
        help_text="The address you order with. We send a code to it; there is no password.",
        error_messages={
            "required": "Please type your email address.",
            "invalid": "That is no email address. One looks like ada@example.com.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="The six digits from the email",
        max_length=20,
        error_messages={"required": "Please type the six digits.", "max_length": "A code has six digits."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "class": "code"}
        ),
    )


class SetUpForm(forms.Form):
    code = forms.CharField(
        label="The code your app shows now",
        max_length=20,
        error_messages={"required": "Please type the six digits.", "max_length": "A code has six digits."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}),
    )


class SecondStepForm(forms.Form):
    code = forms.CharField(
        label="The code your app shows now",
        max_length=20,
        error_messages={"required": "Please type the code.", "max_length": "A code is not as long as that."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "class": "code"}),
    )
