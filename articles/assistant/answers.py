"""What the model may answer, one shape for each kind of suggestion. Nothing in it is trusted before it is examined."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from articles.suggestion import Presentation

Line = Annotated[str, Field(min_length=1, max_length=300)]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Section(Answer):
    """`after` is the number of the section it goes behind."""

    after: int
    heading: Line
    text: Annotated[str, Field(min_length=1, max_length=8000)]


class Summary(Answer):
    points: Annotated[list[Line], Field(min_length=2, max_length=6)]


class Excerpt(Answer):
    description: Line


class Headlines(Answer):
    headlines: Annotated[list[Line], Field(min_length=3, max_length=8)]


class Question(Answer):
    question: Line
    answer: Annotated[str, Field(min_length=1, max_length=1200)]


class Faq(Answer):
    heading: Line
    questions: Annotated[list[Question], Field(min_length=2, max_length=8)]


class Translation(Answer):
    """`body` is Markdown without front matter."""

    title: Line
    description: Line
    body: Annotated[str, Field(min_length=1)]


class NewHeading(Answer):
    id: int
    text: Line


class InternalLink(Answer):
    """`words` of a paragraph lead to an article, both from those offered; the program writes the address."""

    paragraph_id: int
    words: Line
    article_id: int


class Optimised(Answer):
    title: Line
    description: Line
    slug: Annotated[str, Field(max_length=120)]
    headings: Annotated[list[NewHeading], Field(max_length=40)]
    links: Annotated[list[InternalLink], Field(max_length=3)]
    schema_type: Presentation.Schema
    keywords: Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=8)]
    share_title: Annotated[str, Field(min_length=1, max_length=120)]
    share_description: Line
