"""What an editor asks the assistant for, judged before anything is kept."""

from typing import Any

from django import forms

from articles.brief_form import LANGUAGE
from articles.models import Article, Suggestion
from articles.quality.scripts import primary

Kind = Suggestion.Kind
NEEDED = {
    Kind.SECTION: "Say what the section is to be about.",
    Kind.TRANSLATION: "Say which language.",
    Kind.SEO: "Say what its readers search for.",
}
LONGEST_WISH = 200


class AskForm(forms.Form):
    kind = forms.ChoiceField(choices=Kind.choices)
    wish = forms.CharField(max_length=LONGEST_WISH, required=False)

    def __init__(self, article: Article, *given: Any) -> None:
        super().__init__(*given)
        self.article = article

    def clean(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("kind", "")
        wish = " ".join(str(self.cleaned_data.get("wish", "")).split())
        self.cleaned_data["wish"] = wish if kind in NEEDED else ""
        if kind in NEEDED and not wish and not self.errors:
            self.add_error("wish", NEEDED[Kind(kind)])
        elif kind == Kind.TRANSLATION:
            self._check_language(wish)
        return self.cleaned_data

    def _check_language(self, wish: str) -> None:
        if not LANGUAGE.fullmatch(wish) or len(wish) > 16:
            self.add_error("wish", "Give a code like en, de or zh-Hans.")
        elif primary(wish) == primary(self.article.language):
            self.add_error("wish", "The article is in that language already.")

    @property
    def problem(self) -> str:
        """The first, in words."""
        return next((str(message) for messages in self.errors.values() for message in messages), "")
