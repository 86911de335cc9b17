"""What this room asks of the rooms below."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from articles import generation, going_live, plugin_reading, versions, workflow_steps
from articles.assistant import asking, presenting, writing
from articles.commissioning import SUBJECT, register_commission
from articles.models import Article, Brief, Suggestion
from articles.quality.language import likely_language
from mail.links import register_action_link
from plugins import capabilities
from queues.subjects import Description, register
from queues.upkeep import warm_up
from workflows import triggers


def describe_brief(brief_id: str) -> Description:
    return Description(f"new article: {Brief.objects.get(pk=brief_id).topic}", _page(brief_id))


def brief_link(brief_id: str) -> str:
    """Where staff read what was written."""
    return f"{settings.SITE_URL}{_page(brief_id)}"


def article_link(article_id: str) -> str:
    return f"{settings.SITE_URL}{Article.objects.get(pk=article_id).get_absolute_url()}"


def describe_suggestion(suggestion_id: str) -> Description:
    suggestion = Suggestion.objects.select_related("article").get(pk=suggestion_id)
    try:
        page = reverse("admin:articles_desk_assistant", args=[suggestion.article_id])
    except NoReverseMatch:
        page = ""
    return Description(f"{suggestion.get_kind_display()}: {suggestion.article.title}", page)


def _page(brief_id: str) -> str:
    try:
        return reverse("admin:articles_brief_change", args=[brief_id])
    except NoReverseMatch:
        return ""


# Reading the language model takes a second or two: not while the first customer of the day waits.
warm_up("ai", lambda: likely_language("The model is read when it is first asked."))
register(SUBJECT, describe=describe_brief)
register(
    asking.SUBJECT,
    on_dead=writing.give_up,
    on_cancelled=writing.give_up,
    on_replay=writing.take_up_again,
    describe=describe_suggestion,
)
going_live.on_going_live(presenting.when_live)
register_action_link(SUBJECT, brief_link)
register_commission("", generation.write)
capabilities.register("read_article", "Read the published text of the article a run is about", plugin_reading.reading)
register_action_link("article", article_link)
triggers.register_event(versions.SAVED, "A version of an article was saved (written from a brief, imported or edited)")
workflow_steps.register()
