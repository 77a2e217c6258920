"""The page on which a person looks through fields that were read with doubt, and its addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ..errors import FormError, OutputError, SourceError
from ..host.version import __version__
from ..review.digits import DigitCollection
from ..review.export import ReviewedPage, as_csv, as_jsonl
from ..review.question import Question, RulesError
from .access import Access
from .guarded import guarded
from .static_files import static_file, static_files

# Questions that the page gets at once; it asks for more when these are nearly done.
SHOWN = 100
GONE = "expected a field that waits, got one that has gone; load the page again"


class Review(Protocol):
    """Asks a person about fields; see review/archive.py and review/live.py."""

    @property
    def live(self) -> bool:
        """Whether new questions come by themselves."""

    @property
    def collection(self) -> DigitCollection | None:
        """What gets the digits of what a person says, or None."""

    @property
    def waiting(self) -> int:
        """How many doubtful fields nobody has said anything of."""

    @property
    def done(self) -> int:
        """Of how many fields something was said."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the fields."""

    def questions(self, after: str | None, most: int, others: bool = False) -> list[Question]:
        """What nobody has said anything of, behind a question; `others` are those without doubt."""

    def question(self, question_id: str) -> Question | None:
        """A question by its id, or None."""

    def picture(self, question_id: str) -> bytes | str | None:
        """A field's picture as PNG, or why there is none; None if it is being cut."""

    def answer(self, question: Question, text: str | None, force: bool) -> None:
        """Keeps what a person says; raises FormError or OutputError."""

    def take_back(self, question: Question) -> None:
        """Forgets it; raises OutputError."""

    def pages(self) -> Iterator[ReviewedPage]:
        """All that was read, with what was said of it."""


class ReviewPage:
    """Its endpoints; Starlette runs them in threads, as they touch the disk.

    Args:
        review: what is asked.
        page: the HTML.
    """

    def __init__(self, review: Review, page: Response) -> None:
        self._review, self._page = review, page

    def routes(self) -> list[Route]:
        """All addresses."""
        return [
            Route("/review", self._page),
            Route("/review.csv", self.table),
            Route("/review.jsonl", self.lines),
            Route("/api/review", self.questions),
            Route("/api/review/{question}", self.answer, methods=["POST"]),
            Route("/api/review/{question}/undo", self.undo, methods=["POST"]),
            Route("/api/review/{question}/picture", self.picture),
        ]

    def questions(self, request: Request) -> Response:
        """The next questions, and how far it is."""
        after, others = request.query_params.get("after"), "others" in request.query_params
        with _refusals():
            found = self._review.questions(after, SHOWN, others)
        return JSONResponse({**self._counts(), "questions": [each.to_record() for each in found]})

    def answer(self, request: Request) -> Response:
        """Takes what stands in a field: ?text=…, an empty one for nothing; without it, nobody can read it."""
        asked = request.query_params
        with _refusals():
            self._review.answer(self._question(request), asked.get("text"), "force" in asked)
        return JSONResponse(self._counts())

    def undo(self, request: Request) -> Response:
        """Forgets what was said of a field."""
        with _refusals():
            self._review.take_back(self._question(request))
        return JSONResponse(self._counts())

    def picture(self, request: Request) -> Response:
        """The field, straight and with what is around it; 202 while it is being cut."""
        found = self._review.picture(request.path_params["question"])
        if isinstance(found, bytes):
            return Response(found, media_type="image/png")
        if found is None:
            return JSONResponse({"waiting": True}, 202)
        return JSONResponse({"error": found}, 404)

    def table(self, _request: Request) -> Response:
        """What was read and what was said of it, as a table."""
        content = as_csv(self._review.names, self._review.pages())
        return StreamingResponse(content, media_type="text/csv", headers=_download("csv"))

    def lines(self, _request: Request) -> Response:
        """The same as lines of JSON."""
        content = as_jsonl(self._review.pages())
        return StreamingResponse(content, media_type="application/jsonl", headers=_download("jsonl"))

    def _question(self, request: Request) -> Question:
        found = self._review.question(request.path_params["question"])
        if found is None:
            raise HTTPException(404, GONE)
        return found

    def _counts(self) -> dict[str, Any]:
        review, collection = self._review, self._review.collection
        return {
            "waiting": review.waiting,
            "done": review.done,
            "live": review.live,
            "writer": None if collection is None else collection.queue.writer,
        }


def create_review_app(review: Review, access: Access) -> Starlette:
    """Builds an app that has nothing but the review page; access says what a request must show."""
    files = static_files()
    routes = [Route("/", files["review.html"]), Route("/static/{name}", partial(static_file, files))]
    return guarded([*routes, *ReviewPage(review, files["review.html"]).routes()], access, __version__)


def _download(suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="reviewed.{suffix}"'}


@contextmanager
def _refusals() -> Iterator[None]:
    """Within the block, what is not taken becomes an answer that says why; 422 may be sent again with ?force."""
    try:
        yield
    except RulesError as error:
        raise HTTPException(422, str(error)) from error
    except FormError as error:
        raise HTTPException(400, str(error)) from error
    except SourceError as error:
        raise HTTPException(409, str(error)) from error
    except OutputError as error:
        raise HTTPException(507, str(error)) from error
