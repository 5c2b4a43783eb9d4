"""Questions wait here until the engine has a moment: between two batches it answers one.

It must not make the engine wait: an empty place costs it a look, and a question whose asker has
given up costs no work.
"""

import queue
from collections.abc import Callable
from concurrent.futures import Future

from propdesk.connectors.engine_queries.frames import (
    AccountIs,
    Answer,
    AskAccount,
    AskBoard,
    AskExposure,
    AskFigures,
    AskOrderCheck,
    BoardIs,
    CurveIs,
    ExposureIs,
    FiguresAre,
    OrderChecked,
    Question,
)
from propdesk.ports.live_accounts import LiveAccounts

WAITING_MAX = 64


class TooManyQuestions(Exception):
    """As many wait as may. The asker is told so and comes back later."""


class HandOver:
    """Between the thread that hears questions and the loop that owns the accounts.

    ``wake`` is called, from the hearing thread, when a question has come: an engine that sleeps
    until its log moves wants to be told. It must return at once.
    """

    def __init__(
        self, *, waiting_max: int = WAITING_MAX, wake: Callable[[], None] | None = None
    ) -> None:
        self._waiting: queue.Queue[tuple[Question, Future[Answer]]] = queue.Queue(waiting_max)
        self._wake = wake

    def ask(self, question: Question) -> Future[Answer]:
        """Raises ``TooManyQuestions``. Cancelling what is returned withdraws the question."""
        answer: Future[Answer] = Future()
        try:
            self._waiting.put_nowait((question, answer))
        except queue.Full:
            raise TooManyQuestions from None
        if self._wake is not None:
            self._wake()
        return answer

    @property
    def is_asked(self) -> bool:
        """Whether a question waits."""
        return not self._waiting.empty()

    def answer(self, accounts: LiveAccounts, *, at_most: int = 1) -> int:
        """Answers up to ``at_most`` of those waiting, and says how many. Never waits.

        Called by the thread that owns ``accounts``. What answering raises goes to the asker.
        """
        answered = 0
        while answered < at_most:
            try:
                question, future = self._waiting.get_nowait()
            except queue.Empty:
                break
            if not future.set_running_or_notify_cancel():
                continue
            answered += 1
            try:
                future.set_result(answer_to(question, accounts))
            except Exception as failed:  # noqa: BLE001 (a question must not end the engine)
                future.set_exception(failed)
        return answered


def answer_to(question: Question, accounts: LiveAccounts) -> Answer:
    """Raises what ``accounts`` raises."""
    if isinstance(question, AskBoard):
        return BoardIs(
            accounts.board(limit=question.limit, after=question.after, search=question.search)
        )
    if isinstance(question, AskAccount):
        return AccountIs(accounts.account(question.account))
    if isinstance(question, AskFigures):
        return FiguresAre(accounts.figures(question.account))
    if isinstance(question, AskOrderCheck):
        return OrderChecked(accounts.check_order(question.account, question.order))
    if isinstance(question, AskExposure):
        return ExposureIs(accounts.exposure(begin=question.begin, reporting=question.reporting))
    return CurveIs(accounts.curve(question.account, since=question.since))
