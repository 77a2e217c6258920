"""Spans and the tasks that are cut from them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from edge_app.batch.spans import Span, Task, count_pages, cut, single_pages

spans = st.lists(
    st.builds(Span, st.integers(0, 3), st.text(max_size=3), st.none() | st.text(max_size=3), first=st.integers(1, 9),
              pages=st.integers(1, 70)), max_size=8
)  # fmt: skip


def pages_of(tasks: list[Task]) -> list[tuple[str, str | None, int]]:
    """Each page in order."""
    return [
        (span.path, span.member, number)
        for task in tasks
        for span in task
        for number in range(span.first, span.first + span.pages)
    ]


@given(spans, st.integers(1, 40))
def test_tasks_have_each_page_once_and_in_order(some: list[Span], batch_pages: int) -> None:
    """All but the last are full, and a page alone is what is left of them in the end."""
    tasks = list(cut(some, batch_pages))
    assert pages_of(tasks) == pages_of([tuple(some)])
    assert all(count_pages(task) == batch_pages for task in tasks[:-1])
    singles = [single for task in tasks for single in single_pages(task)]
    assert pages_of(singles) == pages_of(tasks)
    assert all(count_pages(task) == 1 for task in singles)


def test_json_and_back() -> None:
    """Short where most values are the default, and the same again."""
    plain = Span(0, "a.png")
    full = Span(1, "a.tar", "b.tif", (512, 1000), 3, 4, "no\udcff")
    assert plain.to_json() == [0, "a.png"]
    for span in (plain, full):
        assert Span.from_json(json.loads(json.dumps(span.to_json()))) == span
