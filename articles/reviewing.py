"""A version read by the model, as a second pair of eyes: a score and remarks. Its opinion never overrides a check."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from articles.clients.ai import Refused, ask, prompt_of
from articles.markdown import frontmatter
from articles.models import ArticleVersion
from queues.errors import Permanent

PURPOSE, PROMPT_VERSION = "review_article", "review_article.v1"
MOST_CHARACTERS = 60_000


class Opinion(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=0, le=100)]
    remarks: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=12)]


@dataclass(frozen=True)
class Review:
    """Of the text with this hash, and no other."""

    version_id: int
    sha256: str
    score: int
    remarks: list[str]
    failed_checks: list[str]
    reviewer: str


def review(version: ArticleVersion, *, subject: tuple[str, str]) -> Review:
    """Read it once. Raises RetryLater, BadAnswer, or Permanent when the model will not."""
    matter = frontmatter.read(version.body)
    document = {
        "task": PURPOSE,
        "language": version.article.language,
        "title": matter.title or version.article.title,
        "text": version.body[:MOST_CHARACTERS],
    }
    try:
        answer = ask(
            purpose=PURPOSE,
            subject=subject,
            prompt=prompt_of("articles", PROMPT_VERSION),
            document=document,
            answer=Opinion,
        )
    except Refused as refusal:
        raise Permanent(f"the model would not read this: {refusal}") from refusal
    return Review(
        version_id=version.pk,
        sha256=version.sha256,
        score=answer.parsed.score,
        remarks=answer.parsed.remarks,
        failed_checks=failed_checks(version),
        reviewer=answer.model,
    )


def failed_checks(version: ArticleVersion) -> list[str]:
    """The blocking checks that its own certificate says it failed."""
    return [
        str(result["check"])
        for result in version.certificate
        if not result.get("passed", True) and result.get("blocking", True)
    ]
