"""A staff brief becomes a candidate: written, judged, kept with its certificate, and whoever asked is told.

Nothing here makes anything live, and a draft that failed its checks never can be.
"""

from django.db import transaction

from articles import drafting, versions
from articles.commissioning import SUBJECT
from articles.describing import Facts, describe
from articles.drafting import Draft, DraftRefused
from articles.markdown import frontmatter
from articles.models import Article, ArticleVersion, Brief
from audit.actors import Actor
from mail.sending import send_email
from queues.context import Context

WRITER = Actor("system", "writer", "Writer")


def write(ctx: Context, brief: Brief, regeneration: int) -> None:
    """The job's work for the publication itself. Raises DraftRefused (the best is kept), Permanent or RetryLater."""
    subject = (SUBJECT, str(brief.pk))
    try:
        made = drafting.draft(brief, subject=subject, variation=f"{brief.pk}:{regeneration}", progress=ctx.progress)
    except DraftRefused as refused:
        if refused.best:
            keep_failed(refused.best, subject=subject)
        raise
    with ctx.finishing() as outcome:
        outcome["version_id"] = keep(made).pk


def keep(made: Draft) -> ArticleVersion:
    """In the caller's transaction: a candidate, its title on the article while nothing is live, and one email.

    Workflows hear of it from `versions.propose`.
    """
    brief = made.brief
    subject = (SUBJECT, str(brief.pk))
    version = versions.propose(
        article=brief.article, base=brief.article.published_version, new=_new_version(made, subject)
    )
    name_after(version)
    passed = sum(result.passed for result in made.certificate.results)
    if brief.email:
        send_email(
            kind="article_ready",
            to=brief.email,
            subject=subject,
            cause=str(version.pk),
            context={"article_title": made.title, "topic": brief.topic, "checks_passed": passed},
        )
    return version


@transaction.atomic
def keep_failed(made: Draft, *, subject: tuple[str, str]) -> ArticleVersion:
    """Keep the best of what failed its checks, for an editor to read."""
    return versions.keep_failed(article=made.brief.article, base=None, new=_new_version(made, subject))


def name_after(version: ArticleVersion) -> Article:
    """Give the article the title and description its text brings, for as long as nothing of it is live."""
    article = Article.objects.select_for_update().get(pk=version.article_id)
    if article.published_version_id is not None:
        return article
    matter, facts = frontmatter.read(version.body), Facts.of(article)
    named = Facts(
        title=matter.title or facts.title,
        description=matter.description,
        language=facts.language,
        topic=facts.topic,
        price_minor=facts.price_minor,
        currency=facts.currency,
    )
    return describe(article=article, facts=named, actor=WRITER)


def _new_version(made: Draft, subject: tuple[str, str]) -> versions.NewVersion:
    return versions.NewVersion(
        body=made.source,
        author_label=made.author,
        subject=subject,
        certificate=made.certificate.to_json(),
    )
