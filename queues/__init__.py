"""Work to be done and what became of it: the row is the truth, Celery carries it out, Redis is disposable.

Nothing here knows what a job is about: rooms above declare jobs, and register who must hear of their outcome.

    declared     declare, loading, subjects, schedule          jobs of this room: jobs
    enqueued     enqueue, ids, models
    handed over  relay, mending, rates, messages, transport
    tidied       housekeeping: folding, pruning, archiving, alerts
    run          executor, context, worker, pulse, stopping    every change of state: transitions, statements, sql
                 together, telling, results
    failed       deadletters, letters, replay, deleting, bulk
    asked for    cancelling, retrying, pausing, revealing      by whom, refused: refusing
    counted      triggers, counting, histograms, recounting    read: measuring, history, figures, queries
    shown        listing, searching, timeline, waiting, forecast, describing, showing, words
    doors        views, api, management/commands
"""
