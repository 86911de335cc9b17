"""Events as a site of that size would have them, made inside PostgreSQL: visits of about four events, by the minute.

No two runs differ: whatever looks random is a hash of its number.
"""

from datetime import datetime, timedelta

from django.db import connection

from analytics.partitions import create_between

PER_VISIT = 4
ARTICLES, PLACEMENTS, PEOPLE = 300, 60, 2_000
_FILL = """
WITH visits AS MATERIALIZED (
    SELECT n, hashint8extended(n, 1) AS r1, hashint8extended(n, 2) AS r2,
        %(first)s::timestamptz + (%(span)s::interval * ((g + 0.5) / %(visits)s)) AS began
    FROM (SELECT g, g + %(salt)s AS n FROM generate_series(0, %(visits)s - 1) AS g) AS numbered
), events AS (
    SELECT v.*, k, hashint8extended(v.n * 16 + k, 3) AS r3,
        v.began + make_interval(secs => k * 40 + abs(hashint8extended(v.n * 16 + k, 4) %% 30)) AS at
    FROM visits v CROSS JOIN generate_series(0, %(per_visit)s - 1) AS k
), typed AS (
    SELECT *, (extract(epoch FROM at) * 1000)::bigint AS ms, md5(n::text || '.' || k::text) AS hex,
        CASE WHEN k = 0 AND r2 %% 3 <> 0 THEN 'page_view' WHEN k <= 1 THEN 'article_view'
            WHEN abs(r3) %% 10 < 4 THEN 'article_view' WHEN abs(r3) %% 10 < 6 THEN 'click'
            WHEN abs(r3) %% 10 < 7 THEN 'placement_click' WHEN abs(r3) %% 10 < 8 THEN 'search'
            WHEN abs(r3) %% 10 < 9 THEN 'page_view' ELSE 'dashboard_view' END AS type,
        1 + (abs(r3) %% %(articles)s * (abs(r3) / 1000 %% %(articles)s)) / %(articles)s AS article
    FROM events
)
INSERT INTO analytics_analyticsevent (id, at, type, visitor, person, article_id, placement_id, path, label, results,
    referrer, utm_source, utm_medium, utm_campaign, device, browser, os, masked_ip)
SELECT
    (lpad(to_hex(ms), 12, '0') || '7' || substr(hex, 1, 3) || '8' || substr(hex, 4, 15))::uuid,
    to_timestamp(ms / 1000.0), type,
    hashint8extended(n / 2 + extract(day FROM at)::bigint * 1000003, 7),
    CASE WHEN abs(r1) %% 20 = 0 THEN hashint8extended(abs(r1) / 20 %% %(people)s, 8) END,
    CASE WHEN type IN ('article_view', 'placement_click') THEN article END,
    CASE WHEN type = 'placement_click' THEN 1 + abs(r3) %% %(placements)s END,
    CASE WHEN type = 'page_view' THEN CASE WHEN abs(r3) %% 2 = 0 THEN '/' ELSE '/basket/' END
        WHEN type IN ('article_view', 'placement_click') THEN '/articles/article-' || article || '/' ELSE '/' END,
    CASE type WHEN 'click' THEN 'Place a link' WHEN 'search' THEN 'words ' || abs(r3) %% 500
        WHEN 'dashboard_view' THEN 'order' ELSE '' END,
    CASE WHEN type = 'search' THEN abs(r3) %% 4 END,
    CASE WHEN abs(r1) %% 3 = 0 THEN '' ELSE 'site-' || abs(r1) %% 40 || '.example' END,
    CASE WHEN abs(r1) %% 5 = 0 THEN 'newsletter-' || abs(r1) %% 7 ELSE '' END,
    CASE WHEN abs(r1) %% 5 = 0 THEN 'email' ELSE '' END,
    CASE WHEN abs(r1) %% 5 = 0 THEN 'week-' || abs(r1) %% 12 ELSE '' END,
    (ARRAY['desktop', 'mobile', 'tablet'])[1 + abs(r2) %% 3],
    (ARRAY['Chrome', 'Safari', 'Firefox', 'Edge', 'Opera'])[1 + abs(r2) / 3 %% 5],
    (ARRAY['Windows', 'macOS', 'Linux', 'Android', 'iOS'])[1 + abs(r2) / 15 %% 5],
    '192.0.2.0'
FROM typed ON CONFLICT DO NOTHING
"""


def fill(events: int, first: datetime, last: datetime, salt: int = 0) -> int:
    """So many, evenly from `first` to `last`; how many were new. Another `salt` makes others."""
    create_between(first, last)
    numbers = {"visits": events // PER_VISIT, "per_visit": PER_VISIT, "articles": ARTICLES, "people": PEOPLE}
    given = {
        **numbers,
        "salt": salt * 1_000_003,
        "placements": PLACEMENTS,
        "first": first,
        "span": last - first - timedelta(minutes=5),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL, given)
        return int(cursor.rowcount)
