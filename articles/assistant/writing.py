"""A wish becomes a suggestion: asked of the model, examined, and kept with what was found of it.

Up to three answers, each told what was wrong with the last. Nothing here changes an article.
"""

from typing import Any

from django.utils import timezone

from articles.assistant import optimising
from articles.assistant.pieces import RECIPES
from articles.assistant.recipes import Recipe
from articles.assistant.work import NothingWritten, Work, facts_of, text_worked_on, work_for
from articles.clients.ai import Answer, BadAnswer, Refused, ask, prompt_of
from articles.markdown.unlinking import LinkNotFound
from articles.models import Suggestion
from articles.quality.results import Certificate
from queues.context import Context
from queues.errors import Permanent, ReplayRefused
from queues.models import Job

Kind, State = Suggestion.Kind, Suggestion.State
ATTEMPTS = 3
LONGEST_NOTE = 300


class NotGoodEnough(Permanent):
    """No answer passed its checks; the message names those that the last one failed."""


def recipe_of(kind: str) -> Recipe:
    return optimising.RECIPE if kind == Kind.SEO else RECIPES[Kind(kind)]


def write(ctx: Context, suggestion: Suggestion) -> None:
    """The job's work, from the text that is worked on now. Raises NotGoodEnough, Permanent or RetryLater."""
    if suggestion.state != State.ASKED:
        return  # a run before this one wrote it
    try:
        work = work_for(suggestion, text_worked_on(suggestion.article))
    except NothingWritten as nothing:
        raise Permanent("The article has no text to work on.") from nothing
    answer, certificate = _passing(ctx, suggestion, work)
    written = {**_written(suggestion, work, answer), "certificate": certificate.to_json()}
    with ctx.finishing() as outcome:
        # Only what is still being written: a second run of the same job finds it proposed, and changes nothing.
        kept = Suggestion.objects.filter(pk=suggestion.pk, state=State.ASKED).update(state=State.PROPOSED, **written)
        outcome["suggestion_id"], outcome["kept"] = suggestion.pk, bool(kept)


def give_up(job: Job) -> None:
    """Its job is dead, or was cancelled: say why, to whoever asked."""
    note = (job.error or "It was cancelled.")[:LONGEST_NOTE]
    Suggestion.objects.filter(pk=job.subject_id, state=State.ASKED).update(state=State.FAILED, note=note)


def take_up_again(job: Job) -> None:
    """Raises ReplayRefused when the same is being written already, or was never given up."""
    suggestion = Suggestion.objects.select_for_update().get(pk=job.subject_id)
    same = {"article": suggestion.article_id, "kind": suggestion.kind, "wish": suggestion.wish}
    if suggestion.state != State.FAILED or Suggestion.objects.filter(state=State.ASKED, **same).exists():
        raise ReplayRefused("the same suggestion was written meanwhile, or is being written")
    Suggestion.objects.filter(pk=suggestion.pk).update(state=State.ASKED, note="")


def _passing(ctx: Context, suggestion: Suggestion, work: Work) -> tuple[Answer[Any], Certificate]:
    recipe, failed = recipe_of(suggestion.kind), list[dict[str, str]]()
    for attempt in range(1, ATTEMPTS + 1):
        ctx.progress(5 + 30 * (attempt - 1), "Reading and writing" if attempt == 1 else "Writing it another way")
        try:
            answer = _ask(recipe, suggestion, work, failed, f"{suggestion.pk}:{attempt}")
        except BadAnswer as problem:
            failed = [{"check": "answer", "measured": str(problem), "limit": "an answer as described"}]
            continue
        ctx.progress(30 * attempt, "Checking what was written")
        certificate = recipe.examine(work, answer.parsed)
        if certificate.passed:
            return answer, certificate
        failed = [{"check": r.check, "measured": r.measured, "limit": r.limit} for r in certificate.failed]
    raise NotGoodEnough(
        "Nothing that was written passed: " + "; ".join(f"{f['check']} ({f['measured']})" for f in failed)
    )


def _ask(
    recipe: Recipe, suggestion: Suggestion, work: Work, failed: list[dict[str, str]], variation: str
) -> Answer[Any]:
    try:
        document = recipe.document(work)
    except LinkNotFound as standing:
        raise Permanent(f"A paid link cannot be left out of the copy: {standing}") from standing
    document |= {"task": recipe.purpose, "failed_checks": failed, "variation": variation}
    subject = ("suggestion", str(suggestion.pk))
    try:
        return ask(
            purpose=recipe.purpose,
            subject=subject,
            prompt=prompt_of("articles", recipe.prompt),
            document=document,
            answer=recipe.answer,
        )
    except Refused as refusal:
        raise Permanent(f"The model would not write this: {refusal}") from refusal


def _written(suggestion: Suggestion, work: Work, answer: Answer[Any]) -> dict[str, Any]:
    written: dict[str, Any] = {
        "base": work.base,
        "base_sha256": work.base.sha256,
        "facts": facts_of(work.article),
        "answer": answer.parsed.model_dump(mode="json"),
        "author_label": answer.model[:200],
        "written_at": timezone.now(),
    }
    if suggestion.kind == Kind.SEO:
        measured = optimising.reports(work, answer.parsed)
        reports = {"before": measured.before, "after": measured.after}
        written["reports"] = {name: [r.to_json() for r in made.results] for name, made in reports.items()}
        written |= {"score_before": measured.before.score, "score_after": measured.after.score}
    return written
