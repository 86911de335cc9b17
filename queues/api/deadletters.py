"""Dead letters: found, read, replayed and deleted, one by one or by a filter."""

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from queues import bulk, letters
from queues.api.answers import (
    ForecastAnswer,
    JobTaken,
    LetterDeleted,
    LetterDetail,
    LetterPage,
)
from queues.api.asking import Bulk, LettersQuery, Nothing, Reason
from queues.api.described import ID, describe
from queues.api.doors import Door, read_id
from queues.deleting import delete
from queues.models import DeadLetter
from queues.replay import replay


class DeadLetters(Door):
    @describe("owner_dead_letters", {200: LetterPage}, parameters=[LettersQuery])
    def get(self, request: Request) -> Response:
        """What is dead and waits for somebody, the latest death first."""
        asked = self.asked_in_address(LettersQuery)
        return Response(LetterPage(letters.page(asked.filter(), **asked.page())).data)


class OneLetter(Door):
    @describe("owner_dead_letter", {200: LetterDetail}, 404, parameters=[ID])
    def get(self, request: Request, id: str) -> Response:
        """One letter, its payload redacted; that it was read goes to the access log."""
        self.asked_in_address(Nothing)
        letter = _letter_or_404(id)
        self.log_reading(letter.pk, letter.name)
        return Response(LetterDetail(letter).data)


class Replay(Door):
    permission = "queues.replay_deadletter"

    @describe("owner_replay_dead_letter", {202: JobTaken}, 404, 409, parameters=[ID], request=Reason)
    def post(self, request: Request, id: str) -> Response:
        """The same job starts over, with fresh budgets and its history kept."""
        asked = self.asked(Reason, request.data)
        job = replay(job_id=_letter_or_404(id).pk, actor=self.actor(), reason=asked.reason_given())
        return Response(JobTaken(job).data, status=202)


class Delete(Door):
    permission = "queues.delete_deadletter"

    @describe("owner_delete_dead_letter", {200: LetterDeleted}, 404, 409, parameters=[ID], request=Reason)
    def post(self, request: Request, id: str) -> Response:
        """Give it up for good; this cannot be undone. A line in the record remains."""
        asked = self.asked(Reason, request.data)
        delete(job_id=_letter_or_404(id).pk, actor=self.actor(), reason=asked.reason_given())
        return Response(LetterDeleted({"deleted": 1}).data)


class BulkReplay(Door):
    permission = "queues.bulk_deadletters"

    @describe("owner_replay_dead_letters", {200: ForecastAnswer, 202: JobTaken}, 403, request=Bulk)
    def post(self, request: Request) -> Response:
        """Replay every letter that matches, by one job; or only count them."""
        asked = self.asked(Bulk, request.data)
        if asked.validated_data["dry_run"]:
            return _forecast(asked)
        self.must_have_stepped_up()
        job = bulk.replay_all(filter=asked.chosen(), actor=self.actor(), reason=asked.reason_given())
        return Response(JobTaken(job).data, status=202)


class BulkDelete(Door):
    permission = "queues.bulk_deadletters"

    @describe("owner_delete_dead_letters", {200: ForecastAnswer, 202: JobTaken}, 403, request=Bulk)
    def post(self, request: Request) -> Response:
        """Delete every letter that matches, by one job; or only count them. This cannot be undone."""
        asked = self.asked(Bulk, request.data)
        if asked.validated_data["dry_run"]:
            return _forecast(asked)
        self.must_have_stepped_up()
        job = bulk.delete_all(filter=asked.chosen(), actor=self.actor(), reason=asked.reason_given())
        return Response(JobTaken(job).data, status=202)


def _forecast(asked: Bulk) -> Response:
    return Response(ForecastAnswer(bulk.dry_run(asked.chosen())).data)


def _letter_or_404(id: str) -> DeadLetter:
    letter = letters.letter_of(read_id(id))
    if letter is None:
        raise NotFound("There is no such dead letter.", "no_such_dead_letter")
    return letter
