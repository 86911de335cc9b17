"""A program that calls the owner API, and everything that must not change when it may not."""

import json
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client

from accounts import tokens
from accounts.models import RateWindow, Scope, User
from accounts.roles import Role
from audit.actors import SYSTEM
from audit.models import AccessEntry

API = "/api/owner/queues"
QUEUE = "test.queue"


class Caller:
    """Somebody at the API's door, known by a session, a token or not at all."""

    def __init__(self, http: Client | None = None, token: str = "") -> None:
        self.http = http or Client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str = "", **query: Any) -> Any:
        return self.http.get(API + path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = "" if body is None else json.dumps(body)
        headers = {**self.headers, **headers}
        return self.http.generic(method, API + path, data, content_type="application/json", headers=headers)


def person(role: Role = Role.OWNER) -> User:
    email = f"{role.value}@copydesk.example"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, role)


def signed_in(role: Role = Role.OWNER, **how: Any) -> Caller:
    http = Client(**how)
    http.force_login(person(role))
    http.get("/api/v1/articles")  # where they are signed in is noted once, at the first request
    return Caller(http)


def program(scope: Scope = Scope.WRITE) -> Caller:
    """With a token of the owner's."""
    return Caller(token=tokens.issue(user=person(), actor=SYSTEM, scope=scope).text)


def everything(*but: Any) -> dict[str, list[Any]]:
    """Every row of every table, but for how often and when somebody called, the access log and the tables given."""
    ignored = {RateWindow, AccessEntry, *but}
    tables = {model._meta.db_table: model for model in apps.get_models() if model not in ignored}
    found: dict[str, list[Any]] = {model._meta.label: [] for model in tables.values()}
    # In one statement: by the ORM each look took a third of a second.
    each = (f"SELECT '{table}', to_jsonb(each_row) - 'last_used_at' FROM {table} AS each_row" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(each)}) AS every_row ORDER BY 1, 2")
        for table, row in cursor.fetchall():
            found[tables[table]._meta.label].append(row)
    return found


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
