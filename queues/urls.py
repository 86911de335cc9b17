"""Every address under /admin/queues/. A verb is a POST to its own address; a GET of it asks first.

`dlq/`, `schedule/`, `alerts/` and `charts/` are pages of their own and stand before `<name>/`, a queue's page. The
queue named dlq has its job pages like any other, and its list at `dlq/jobs/`; so has every queue, where its page is the
same.
"""

from django.urls import path

from queues.views import alerts, charts, job, overview, queue

app_name = "queues"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("charts/", charts.series, name="charts"),
    path("alerts/", alerts.alerts_page, name="alerts"),
    path("<str:name>/", queue.queue_page, name="queue"),
    path("<str:name>/jobs/", queue.queue_page, name="jobs"),
    path("<str:name>/pause/", queue.pause_page, name="pause"),
    path("<str:name>/resume/", queue.resume_page, name="resume"),
    path("<str:name>/jobs/<uuid:job_id>/", job.job_page, name="job"),
    path("<str:name>/jobs/<uuid:job_id>/retry/", job.retry_page, name="retry"),
    path("<str:name>/jobs/<uuid:job_id>/cancel/", job.cancel_page, name="cancel"),
    path("<str:name>/jobs/<uuid:job_id>/payload/", job.payload_page, name="payload"),
]
