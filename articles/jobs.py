"""What this room does in the background: writing new articles, and suggestions for those there are."""

from articles.assistant import writing
from articles.assistant.asking import CONTENT_JOB, SEO_JOB
from articles.commissioning import JOB, writer_of
from articles.models import Brief, Suggestion
from queues.context import Context
from queues.declare import Payload, Queue, job

ARTICLE_GENERATION = Queue("article-generation", pool="ai", concurrency=4, attempts=3)
AI_CONTENT = Queue("ai.content", pool="ai", concurrency=4, attempts=5)
AI_SEO = Queue("ai.seo", pool="ai", concurrency=4, attempts=5)


class GeneratePayload(Payload):
    brief_id: int
    regeneration: int


@job(queue=ARTICLE_GENERATION, name=JOB, payload=GeneratePayload, timeout_seconds=600, search_keys=("brief_id",))
def generate_article(ctx: Context, payload: GeneratePayload) -> None:
    """The first time and every further draft; what it is for says who writes it."""
    brief = Brief.objects.select_related("article__published_version").get(pk=payload.brief_id)
    writer_of(brief)(ctx, brief, payload.regeneration)


class SuggestionPayload(Payload):
    suggestion_id: int


@job(queue=AI_CONTENT, name=CONTENT_JOB, payload=SuggestionPayload, timeout_seconds=600, search_keys=("suggestion_id",))
def generate_content(ctx: Context, payload: SuggestionPayload) -> None:
    """A section, a summary, an excerpt, headlines, questions and answers or a translation, for an editor to accept."""
    _suggest(ctx, payload)


@job(queue=AI_SEO, name=SEO_JOB, payload=SuggestionPayload, timeout_seconds=600, search_keys=("suggestion_id",))
def optimize_seo(ctx: Context, payload: SuggestionPayload) -> None:
    """Title, description, address, headings, links and structured data, with the SEO report before and after."""
    _suggest(ctx, payload)


def _suggest(ctx: Context, payload: SuggestionPayload) -> None:
    suggestion = Suggestion.objects.select_related("article").get(pk=payload.suggestion_id)
    writing.write(ctx, suggestion)
