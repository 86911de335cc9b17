"""What a customer types to order a new article: its brief, and the link it shall carry.

Every word of the brief is data about the article; what speaks to a machine is refused beside its field.
"""

from typing import Any

from django import forms

from articles.money import written
from backlinks.forms import LinkForm
from backlinks.ordered_articles import (
    LENGTHS,
    LONGEST_KEYWORD,
    LONGEST_MATERIAL,
    LONGEST_POINT,
    LONGEST_TOPIC,
    MOST_POINTS,
    ArticleWish,
    price_of,
)

BRIEF = ("topic", "keyword", "points", "material", "words")
DEFAULT_LANGUAGE = "en"
LANGUAGES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French"}


class ArticleOrderForm(LinkForm):
    """The length says the price, so it is chosen here and nowhere else."""

    topic = forms.CharField(
        label="What the article is about",
        max_length=LONGEST_TOPIC,
        help_text="One line, as a headline would say it: “Saving seed from your own vegetables”.",
        error_messages={"required": "Say what the article is about."},
    )
    keyword = forms.CharField(
        label="What its readers search for",
        max_length=LONGEST_KEYWORD,
        help_text="The words people type to find such an article: “saving seed”.",
        error_messages={"required": "Say what readers would search for."},
    )
    points = forms.CharField(
        label="What it must cover",
        help_text=(
            f"Two to {MOST_POINTS} subjects, each on a line of its own and of at most {LONGEST_POINT} characters. "
            "Each becomes a section. They are subjects, not instructions: our editors keep the pen."
        ),
        error_messages={"required": "Give at least two subjects, each on a line of its own."},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    material = forms.CharField(
        label="Material it may draw on",
        required=False,
        max_length=LONGEST_MATERIAL,
        help_text=(
            "Text you know to be true and may give us. Numbers, dates and quotations are taken from here alone; "
            "without it, the article makes do without them."
        ),
        error_messages={"max_length": "Keep the material to %(limit_value)d characters; this has %(show_value)d."},
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    article_language = forms.ChoiceField(label="Language", choices=[], initial=DEFAULT_LANGUAGE)
    words = forms.TypedChoiceField(label="Length", choices=[], coerce=int, initial=LENGTHS[0])
    field_order = (
        "topic",
        "keyword",
        "points",
        "material",
        "article_language",
        "words",
        "target_url",
        "anchor_text",
        "customer_notes",
        "email",
        "consent",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("article_language", list(LANGUAGES.items()))
        self._offer("words", [(words, f"About {words} words, {written(*price_of(words))}") for words in LENGTHS])

    @property
    def language(self) -> str:
        return str(self.cleaned_data.get("article_language") or DEFAULT_LANGUAGE)

    def clean_material(self) -> str:
        return str(self.cleaned_data["material"]).replace("\r\n", "\n").strip()

    def clean_points(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]

    def wish(self) -> ArticleWish:
        """What a valid form asks for."""
        brief = {name: self.cleaned_data[name] for name in BRIEF}
        return ArticleWish(language=self.language, **brief, **self.about_the_link())

    def field_of(self, code: str) -> str | None:
        named = code.partition("_")[0]
        return named if named in BRIEF else super().field_of(code)

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
