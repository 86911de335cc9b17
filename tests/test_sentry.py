"""What fails is told to Sentry, and nothing of what it was given: a stand-in shows every byte that was sent."""

from secrets import token_hex

from tests.planted.jobs import QUEUES
from tests.planted.planting import planted
from tests.planted.searching import holds
from tests.planted.sentry import Sentry
from tests.system import System, until

SECRET, OPEN = f"orchid{token_hex(12)}", f"daisy{token_hex(12)}"


def sent(sentry: Sentry, word: str) -> bool:
    return any(holds(envelope, word) for envelope in sentry.envelopes)


def test_an_error_in_a_view_arrives_and_nothing_of_the_request(planted_system: System, sentry: Sentry):
    site, word = planted_system.demo["site"], f"lily{token_hex(12)}"

    answer = planted_system.http.post(
        f"{site}/planted/broken/?access={word}",
        data={"words": word},
        headers={"X-Note": word, "Authorization": f"Bearer {word}", "Cookie": f"sessionid={word}"},
    )

    assert answer.status_code == 500
    (event,) = until(lambda: sentry.errors(request_id=answer.headers["x-request-id"]), 20, "the error")
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("Careless", "nothing opens with Bearer •••")
    assert error["stacktrace"]["frames"][-1]["function"] == "broken"
    assert {"request", "user", "breadcrumbs"} & event.keys() == set() and not event.get("extra")
    assert not any("vars" in frame for frame in error["stacktrace"]["frames"])
    assert not sent(sentry, word)


def test_an_error_in_a_job_arrives_from_every_kind_of_pool_and_no_secret(planted_system: System, sentry: Sentry):
    kinds = {"secret": SECRET, "open": OPEN}

    planted(planted_system, [(f"{queue.name}-{kind}", {"words": kinds[kind]}) for queue in QUEUES for kind in kinds])

    for queue in QUEUES:
        for kind in kinds:
            name = f"{queue.name}-{kind}"
            (event, *_) = until(lambda name=name: sentry.errors(name=name), 30, f"the error of {name}")
            types = [error["type"] for error in event["exception"]["values"]]
            assert types[-1] == ("Hidden" if kind == "secret" else "Careless"), types
    assert (sent(sentry, SECRET), sent(sentry, OPEN)) == (False, True)
