"""Writing an ordered article: a draft from the customer's brief that passes its battery, and their link woven into it.

Two steps, each judged by its own battery, so that the model that writes prose never writes an address.
"""

from dataclasses import replace

from articles import drafting, generation
from articles.models import Brief
from articles.quality.results import Certificate
from backlinks import integration, rechecking, weaving
from backlinks.integration import NothingToWrite, Proposal, QualityRefused
from queues.context import Context
from queues.errors import Permanent


def write(ctx: Context, brief: Brief, regeneration: int) -> None:
    """The first time and every regeneration. Raises Permanent (the best draft is kept for staff) or RetryLater."""
    try:
        rechecking.before_writing(brief.subject_id, regeneration)
        proposal = propose(ctx, brief, regeneration)
        with ctx.finishing() as outcome:
            outcome["version_id"] = integration.keep(proposal).pk
    except NothingToWrite:
        return
    except integration.BaseMoved as moved:
        raise Permanent("the article went live by another way while it was written") from moved
    except drafting.DraftRefused as refused:
        if refused.best:
            generation.keep_failed(refused.best, subject=("order", brief.subject_id))
        raise
    except QualityRefused as refused:
        if refused.best:
            integration.keep_failed(refused.best)
        raise


def propose(ctx: Context, brief: Brief, regeneration: int) -> Proposal:
    """A whole article with its link, both certificates in one. Nothing is written. Raises as `write` does."""
    order = integration.waiting_order(brief.subject_id, regeneration)
    variation = f"{order.pk}:{regeneration}"
    subject = ("order", str(order.pk))
    made = drafting.draft(brief, subject=subject, variation=variation, progress=ctx.progress)
    woven = weaving.propose_in_new(order, regeneration, made.source, progress=_second_half(ctx))
    certificate = Certificate(made.certificate.results + woven.certificate.results)
    return replace(woven, certificate=certificate)


def _second_half(ctx: Context) -> weaving.Progress:
    return lambda percent, message: ctx.progress(60 + percent * 2 // 5, message)
