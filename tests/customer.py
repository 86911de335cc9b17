"""A customer who uses the purchase API, and an editor who uses the admin, as their programs and browsers would."""

import re
from dataclasses import dataclass
from html import unescape
from itertools import count
from typing import Any

import httpx2 as httpx

from tests.system import BRIEFLY, RUN, System, until

_NUMBERS = count(1)


@dataclass
class Customer:
    """One order through the API."""

    system: System
    email: str
    order_id: str = ""
    token: str = ""
    target: str = ""
    checkout_url: str = ""

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.system.http.request(method, self.system.demo["site"] + path, headers=headers, **kwargs)

    def quote(self, article: dict[str, Any], anchor: str = "notes on the subject", **changes: Any) -> httpx.Response:
        self.target = f"https://partner-{RUN}-{next(_NUMBERS)}.example/notes/{article['slug']}"
        wish = {"articleId": article["id"], "targetUrl": self.target, "anchorText": anchor, "email": self.email}
        answer = self.call("POST", "/api/v1/purchase/quote", json={**wish, **changes})
        if answer.status_code == 201:
            self.order_id, self.token = answer.json()["quoteId"], answer.json()["accessToken"]
        return answer

    def checkout(self) -> httpx.Response:
        answer = self.call("POST", "/api/v1/purchase/checkout", json={"quoteId": self.order_id})
        if answer.status_code == 201:
            self.checkout_url = answer.json()["checkoutUrl"]
        return answer

    def pay(self, outcome: str = "pay") -> httpx.Response:
        return self.system.http.post(self.checkout_url, data={"outcome": outcome})

    def buy(self, article: dict[str, Any], **changes: Any) -> "Customer":
        """Quote, checkout and payment, each of which must work."""
        quoted = self.quote(article, **changes)
        assert quoted.status_code == 201, quoted.text
        opened = self.checkout()
        assert opened.status_code == 201, opened.text
        assert self.pay().status_code == 303
        return self

    def status(self) -> dict[str, Any]:
        answer = self.call("GET", f"/api/v1/purchase/status/{self.order_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def reach(self, *states: str, seconds: float = 30) -> dict[str, Any]:
        """Wait until the order is in one of `states`."""
        return until(
            lambda: status if (status := self.status())["status"] in states else None,
            seconds,
            f"order {self.order_id} in {states}",
        )

    def regenerate(self) -> httpx.Response:
        return self.call("POST", "/api/v1/purchase/regenerate-backlink", json={"orderId": self.order_id})

    def submit(self) -> httpx.Response:
        return self.call("POST", "/api/v1/purchase/submit-for-review", json={"orderId": self.order_id})

    def versions(self) -> list[dict[str, Any]]:
        return self.system.rows(
            "SELECT * FROM articles_articleversion WHERE subject_type = 'order' AND subject_id = %s ORDER BY number",
            self.order_id,
        )

    def jobs(self, name: str = "integrate-backlink") -> list[dict[str, Any]]:
        return self.system.rows(
            "SELECT * FROM queues_job WHERE subject_type = 'order' AND subject_id = %s AND name = %s ORDER BY id",
            self.order_id,
            name,
        )

    def letters(self, kind: str) -> list[dict[str, Any]]:
        return self.system.rows(
            "SELECT * FROM mail_emaillog WHERE subject_type = 'order' AND subject_id = %s AND kind = %s",
            self.order_id,
            kind,
        )


class Staff:
    """Somebody signed in to the admin over HTTP."""

    def __init__(self, system: System, role: str) -> None:
        self.site = system.demo["site"]
        self.http = httpx.Client(timeout=30, limits=BRIEFLY, base_url=self.site, headers={"Referer": self.site})
        person = system.demo[role]
        self.get("/admin/login/")
        signed_in = self.post("/admin/login/", username=person["email"], password=person["password"])
        assert signed_in.status_code == 302, "the sign-in was refused"

    def get(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return str(answer.text)

    def post(self, path: str, **fields: str) -> httpx.Response:
        token = self.http.cookies.get("csrftoken")
        return self.http.post(path, data={**fields, "csrfmiddlewaretoken": token})


def form_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form on `page` whose action ends with `action`."""
    form = re.search(rf'<form[^>]*action="[^"]*{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form, f"no form with the action …{action}"
    hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', form[1])
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in hidden]
    return {name[1]: unescape(value[1]) for name, value in pairs if name and value}
