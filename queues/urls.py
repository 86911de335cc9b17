"""Every address under /admin/queues/. A verb is a POST to its own address; a GET of it asks first.

`dlq/`, `schedule/`, `alerts/` and `charts/` are pages of their own and stand before `<name>/`, a queue's page. The
queue named dlq has its job pages like any other, and its list at `dlq/jobs/`; so has every queue, where its page is the
same.
"""

from django.urls import path

from queues.views import alerts, bulk, charts, deadletters, job, letter, overview, queue, schedule

app_name = "queues"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("charts/", charts.series, name="charts"),
    path("alerts/", alerts.alerts_page, name="alerts"),
    path("schedule/", schedule.schedule_page, name="schedule"),
    path("schedule/<str:entry>/on/", schedule.on_page, name="schedule-on"),
    path("schedule/<str:entry>/off/", schedule.off_page, name="schedule-off"),
    path("schedule/<str:entry>/run/", schedule.run_page, name="schedule-run"),
    path("dlq/", deadletters.dead_letters_page, name="dead-letters"),
    path("dlq/replay/", bulk.replay_page, name="dead-letters-replay"),
    path("dlq/delete/", bulk.delete_page, name="dead-letters-delete"),
    path("dlq/bulk/<uuid:job_id>/", bulk.progress_page, name="dead-letters-progress"),
    path("dlq/<uuid:job_id>/", letter.letter_page, name="dead-letter"),
    path("dlq/<uuid:job_id>/replay/", letter.replay_page, name="dead-letter-replay"),
    path("dlq/<uuid:job_id>/delete/", letter.delete_page, name="dead-letter-delete"),
    path("<str:name>/", queue.queue_page, name="queue"),
    path("<str:name>/jobs/", queue.queue_page, name="jobs"),
    path("<str:name>/pause/", queue.pause_page, name="pause"),
    path("<str:name>/resume/", queue.resume_page, name="resume"),
    path("<str:name>/chunks/<uuid:chunk_id>/", job.chunk_page, name="chunk"),
    path("<str:name>/jobs/<uuid:job_id>/", job.job_page, name="job"),
    path("<str:name>/jobs/<uuid:job_id>/retry/", job.retry_page, name="retry"),
    path("<str:name>/jobs/<uuid:job_id>/cancel/", job.cancel_page, name="cancel"),
    path("<str:name>/jobs/<uuid:job_id>/payload/", job.payload_page, name="payload"),
]
