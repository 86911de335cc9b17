"""The months in which events are kept: each a partition, made ahead and dropped whole when it is old enough.

A partition is a range of ids. A client's UUIDv7 says when its event happened, so one primary key is unique over all
months, and a retry finds its twin wherever that stands.
"""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics.ranges import first_id

TABLE = "analytics_analyticsevent"
MONTHS_AHEAD = 3
# Events may come a few days late: ingest.LATEST.
MONTHS_BACK = 1
_NAME = re.compile(r"analytics_event_(\d{4})_(\d{2})")
EVENTS_SQL = f"""
CREATE TABLE {TABLE} (
    id uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    visitor bigint NOT NULL,
    person bigint,
    article_id bigint,
    placement_id bigint,
    results integer,
    type varchar(16) NOT NULL CONSTRAINT event_type_is_known CHECK (type IN
        ('page_view', 'article_view', 'click', 'placement_click', 'search', 'dashboard_view')),
    path varchar(300) NOT NULL DEFAULT '',
    label varchar(300) NOT NULL DEFAULT '',
    referrer varchar(253) NOT NULL DEFAULT '',
    utm_source varchar(100) NOT NULL DEFAULT '',
    utm_medium varchar(100) NOT NULL DEFAULT '',
    utm_campaign varchar(100) NOT NULL DEFAULT '',
    device varchar(16) NOT NULL DEFAULT '',
    browser varchar(32) NOT NULL DEFAULT '',
    os varchar(32) NOT NULL DEFAULT '',
    masked_ip varchar(39) NOT NULL DEFAULT '',
    meta jsonb
) PARTITION BY RANGE (id);
CREATE INDEX analytics_event_xid ON {TABLE} (xid);
CREATE INDEX analytics_event_person ON {TABLE} (person, at) WHERE person IS NOT NULL;
"""
_PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


def create_ahead() -> list[str]:
    """The months around today that are not there yet are made; their names. Two at once make each once."""
    now = timezone.now()
    return create_between(_month(now, -MONTHS_BACK), _month(now, MONTHS_AHEAD))


def create_between(first: datetime, last: datetime) -> list[str]:
    """As `create_ahead`, from the month of `first` to that of `last`."""
    months, month = [], _month(first, 0)
    while month <= last:
        months.append(month)
        month = _month(month, 1)
    return [name for month in months if (name := _create(month))]


def drop_old() -> list[str]:
    """Months that ended more than ANALYTICS_RETENTION_MONTHS ago go, with every event in them; their names."""
    oldest = _month(timezone.now(), -settings.ANALYTICS_RETENTION_MONTHS)
    old = [month for month in _months() if month < oldest]
    for month in old:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")  # readers first: the next run tries again
            cursor.execute(f"DROP TABLE IF EXISTS {_named(month)}")
    return [_named(month) for month in old]


def kept_since() -> datetime:
    """From when on every event that was counted is still there; before that nothing can be counted anew."""
    return min(_months())


def _months() -> list[datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS, [TABLE])
        named = [_NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return sorted(datetime(int(name[1]), int(name[2]), 1, tzinfo=UTC) for name in named if name)


def _create(month: datetime) -> str:
    """Made beside the table and attached: neither readers nor writers wait."""
    if month in _months():
        return ""
    name, following = _named(month), _month(month, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics.partitions'))")
        if month in _months():
            return ""
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
        bounds = f"FROM ('{first_id(month)}') TO ('{first_id(following)}')"
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES {bounds}")
    return name


def _month(moment: datetime, step: int) -> datetime:
    count = moment.year * 12 + moment.month - 1 + step
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def _named(month: datetime) -> str:
    return f"analytics_event_{month:%Y_%m}"
