"""What a customer types to order a link, judged field by field before anything is asked of the domain.

The words a person reads about a refusal are put beside the field that must change; nothing typed is ever lost.
"""

import unicodedata
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from articles.models import Article
from articles.quality.anchors import anchor_problems
from backlinks.quoting import LONGEST_NOTES, Reason, Wish, public_email
from backlinks.targets import LONGEST, read_target

# By the beginning of a reason's code. Whatever is not listed is said at the top: it is about the article.
FIELD_OF_REASON = {"anchor_": "anchor_text", "notes_": "customer_notes", "target_": "target_url"}
CHECKED_WHILE_TYPING = ("target_url", "anchor_text")
ABOUT_THE_ARTICLE = {"target_already_linked"}


class LinkForm(forms.Form):
    """The link itself and who orders it. Which words may be linked depends on the language they will stand in."""

    target_url = forms.CharField(
        label="Where the link leads",
        max_length=LONGEST,
        help_text="The full address, as your browser shows it. It must begin with https://",
        error_messages={"required": "Say where the link should lead, for example https://example.com/guide"},
        widget=forms.URLInput(attrs={"autocomplete": "url", "spellcheck": "false", "autocapitalize": "off"}),
    )
    anchor_text = forms.CharField(
        label="The words that become the link",
        max_length=80,
        help_text="2 to 8 words in the article's language that say what readers will find, kept exactly as typed.",
        error_messages={
            "required": "Say which words readers will see, for example “a field guide to hedgerows”.",
            "max_length": "Use at most %(limit_value)d characters; this has %(show_value)d.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    customer_notes = forms.CharField(
        label="Notes for the editor",
        required=False,
        max_length=LONGEST_NOTES,
        help_text="About the page you link to. Our editor reads them; they are no instructions to the writer.",
        error_messages={"max_length": "Keep the notes to %(limit_value)d characters; this has %(show_value)d."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    email = forms.EmailField(
        label="Your email",
        validators=[public_email],
        max_length=254,
        help_text="We write about this order only: when it is paid, ready, decided and live.",
        error_messages={
            "required": "We need an address to tell you when the change is ready.",
            "invalid": "This is not an email address. It should look like name@example.com",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    consent = forms.BooleanField(
        label="I have read what I buy and agree to it",
        error_messages={"required": "Please read what you buy and tick the box to agree."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # browsers would cut off what is pasted, without a word

    @property
    @abstractmethod
    def language(self) -> str:
        """Of the text that the link will stand in."""

    def clean_target_url(self) -> str:
        url = str(self.cleaned_data["target_url"])
        _refuse_for(read_target(url, allow_http=settings.TARGET_ALLOW_HTTP).problems)
        return url

    def clean_anchor_text(self) -> str:
        anchor = unicodedata.normalize("NFC", self.cleaned_data["anchor_text"])
        _refuse_for(anchor_problems(anchor, language=self.language))
        return anchor

    def clean_customer_notes(self) -> str:
        return str(self.cleaned_data["customer_notes"]).replace("\r\n", "\n")

    def about_the_link(self) -> dict[str, Any]:
        """What a valid form says of it."""
        return {name: self.cleaned_data[name] for name in ("target_url", "anchor_text", "customer_notes", "email")}

    def refuse(self, reasons: Iterable[Reason]) -> None:
        """Show the domain's reasons where they can be mended."""
        for reason in reasons:
            self.add_error(self.field_of(reason.code), reason.message)

    def field_of(self, code: str) -> str | None:
        """Where the reason of this code is to be mended; None for the top of the form."""
        if code in ABOUT_THE_ARTICLE:
            return None
        return next((field for start, field in FIELD_OF_REASON.items() if code.startswith(start)), None)


class OrderForm(LinkForm):
    """Bound to one published article."""

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article
        for name in CHECKED_WHILE_TYPING:
            self.fields[name].widget.attrs.update(self._checking(name))

    @property
    def language(self) -> str:
        return self.article.language

    def wish(self) -> Wish:
        """What a valid form asks for."""
        return Wish(article_id=self.article.pk, **self.about_the_link())

    def _checking(self, name: str) -> dict[str, str]:
        """htmx asks about this field, and sends no other, shortly after the last key."""
        return {
            "hx-post": reverse("backlinks:check_while_typing", args=[self.article.slug]),
            "hx-trigger": "change, input changed delay:700ms",
            "hx-params": f"{name},csrfmiddlewaretoken",
            "hx-target": f"#id_{name}_error",
            "hx-sync": "this:replace",
        }


def _refuse_for(problems: Iterable[Any]) -> None:
    """`problems` carry a `message` each."""
    found = [problem.message for problem in problems]
    if found:
        raise ValidationError(found)
