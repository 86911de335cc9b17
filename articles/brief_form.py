"""What a member of staff writes to have a new article written, judged field by field before anything is kept."""

import re
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from articles.commissioning import Wanted
from articles.models import Brief, Tone

FEWEST_WORDS, MOST_WORDS = 300, 4000
MOST_POINTS, LONGEST_POINT = 12, 160
SHORTEST_TOPIC, LONGEST_TOPIC = 10, 110
NEXT_SOURCE = "==="
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")


class BriefForm(forms.ModelForm):  # type: ignore[type-arg]
    points = forms.CharField(
        label="Points",
        help_text=f"What it must cover, one to a line, at most {MOST_POINTS}. Each becomes a section.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        error_messages={"required": "Give at least one point."},
    )
    sources = forms.CharField(
        label="Sources",
        required=False,
        help_text=(
            "Text the article may draw on: numbers, dates, quotations and addresses are taken from here alone. "
            f"A line of {NEXT_SOURCE} begins the next source."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
    )
    email = forms.EmailField(
        label="Tell",
        help_text="Who is written to when it is ready to read.",
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": "Say who shall hear of it."},
    )

    class Meta:
        model = Brief
        fields = ("topic", "niche", "keyword", "points", "sources", "language", "words", "tone", "email")
        help_texts = {
            "topic": "One line, as a headline would say it.",
            "niche": "The topic it is filed under, like gardening.",
            "keyword": "What its readers search for.",
            "language": "A code like en, de or zh-Hans.",
            "words": f"Between {FEWEST_WORDS} and {MOST_WORDS}.",
        }

    def clean_topic(self) -> str:
        topic = str(self.cleaned_data["topic"]).strip()
        if not SHORTEST_TOPIC <= len(topic) <= LONGEST_TOPIC:
            raise forms.ValidationError(f"Name the subject in {SHORTEST_TOPIC} to {LONGEST_TOPIC} characters.")
        return topic

    def clean_language(self) -> str:
        language = str(self.cleaned_data["language"]).strip()
        if not LANGUAGE.fullmatch(language):
            raise forms.ValidationError("Give a code like en, de or zh-Hans.")
        return language

    def clean_points(self) -> list[str]:
        points = [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]
        if len(points) > MOST_POINTS:
            raise forms.ValidationError(f"At most {MOST_POINTS} points; these are {len(points)}.")
        if len({point.casefold() for point in points}) < len(points):
            raise forms.ValidationError("Say each point once.")
        if long := [point for point in points if len(point) > LONGEST_POINT]:
            raise forms.ValidationError(f"At most {LONGEST_POINT} characters to a point: “{long[0][:40]}…” is longer.")
        return points

    def clean_sources(self) -> list[str]:
        given = self.cleaned_data["sources"].replace("\r\n", "\n").split(f"\n{NEXT_SOURCE}\n")
        return [text.strip() for text in given if text.strip()]

    def clean_words(self) -> int:
        words = int(self.cleaned_data["words"])
        if not FEWEST_WORDS <= words <= MOST_WORDS:
            raise forms.ValidationError(f"Between {FEWEST_WORDS} and {MOST_WORDS} words.")
        return words

    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        asked: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if name != "email"}
        return Wanted(**{**asked, "tone": Tone(asked["tone"])})
