"""What is asked before a queue, a job or the schedule is changed: what will happen, to how many, and whether it can be
undone.
"""

from django.urls import reverse

from queues.figures import Figures
from queues.models import Job, State
from queues.schedule import Entry
from queues.views.addresses import job_url, queue_url
from queues.views.confirming import Question
from queues.words import clock, counted, from_now


def pause(figures: Figures) -> Question:
    waits = counted(figures.waiting, "job that waits stays", "jobs that wait stay")
    runs = counted(figures.active, "job that runs goes", "jobs that run go")
    return Question(
        title=f"Pause {figures.queue}?",
        what=f"Nothing more starts in this queue: {waits}, and so does what comes. {runs} on to the end.",
        undone="You can resume it at any time, and nothing is lost.",
        button="Pause the queue",
        back=queue_url(figures.queue),
        reason="Why? Everybody who looks at this queue reads it.",
    )


def resume(figures: Figures) -> Question:
    waits = counted(figures.waiting, "job that waits starts", "jobs that wait start")
    return Question(
        title=f"Resume {figures.queue}?",
        what=f"{waits} as soon as workers are free, the most urgent and then the oldest first.",
        undone="You can pause it again at any time; what has started by then goes on.",
        button="Resume the queue",
        back=queue_url(figures.queue),
    )


def run_again(job: Job) -> Question:
    return Question(
        title=f"Run {job.name} again?",
        what="The failed job starts over in its queue, with all its attempts before it. Its history is kept.",
        undone="You can cancel it as long as it has not ended; what it has done by then stays done.",
        button="Run it again",
        back=job_url(job.queue, job.pk),
        reason="Why should it go better now?",
        must_say_why=True,
    )


def run_now(job: Job) -> Question:
    return Question(
        title=f"Run {job.name} now?",
        what="It waits for its time no longer, only for the next free worker.",
        undone="This cannot be taken back, but you can cancel the job as long as it has not ended.",
        button="Run it now",
        back=job_url(job.queue, job.pk),
        reason="Why not later? You may leave this empty.",
    )


def stop(job: Job) -> Question:
    running = "It is asked to stop, and does so at its next checkpoint; what it did up to then is rolled back."
    not_begun = "It ends at once, without having run, and what it is about hears of it."
    return Question(
        title=f"Cancel {job.name}?",
        what=running if job.state == State.ACTIVE else not_begun,
        undone="This cannot be undone: a cancelled job does not run again.",
        button="Cancel the job",
        back=job_url(job.queue, job.pk),
        reason="Why?",
        must_say_why=True,
        is_grave=True,
    )


def read_payload(job: Job) -> Question:
    return Question(
        title="Show the payload as it is?",
        what="What looks secret in it is shown as well. That you read it goes on record and into the access log.",
        undone="That you looked cannot be undone.",
        button="Show it",
        back=job_url(job.queue, job.pk),
    )


def switch_on(entry: Entry) -> Question:
    return Question(
        title=f"Switch {entry.name} on?",
        what=f"It runs {entry.every} again, next at {clock(entry.next_at)}. What it missed is not made up for.",
        undone="You can switch it off again at any time.",
        button="Switch it on",
        back=reverse("queues:schedule"),
    )


def switch_off(entry: Entry) -> Question:
    return Question(
        title=f"Switch {entry.name} off?",
        what=f"It ran {entry.every}, and does no more. A job of it that waits or runs already goes on to its end.",
        undone="You can switch it on again at any time; what it would have done meanwhile is not made up for.",
        button="Switch it off",
        back=reverse("queues:schedule"),
    )


def run_besides(entry: Entry) -> Question:
    when = f"Its own next time stays {clock(entry.next_at)}, {from_now(entry.next_at)}."
    return Question(
        title=f"Run {entry.name} now?",
        what=f"One job of it is enqueued in {entry.queue}. {when if entry.is_on else 'It stays switched off.'}",
        undone="You can cancel the job as long as it has not ended; what it has done by then stays done.",
        button="Run it now",
        back=reverse("queues:schedule"),
    )
