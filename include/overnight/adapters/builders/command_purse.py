"""Money and facts of one confined agent: reserved before a request is sent, settled once when it is over."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...domain.changes import Usage
from ...domain.errors import FailureKind, ModelFailure, Stuck
from ...ports import Budget, Healer
from ..models.endpoints import ModelEndpoint
from ..models.prices import context_window, price, upper_bound
from .command_requests import ModelRequest
from .command_upstream import Line

_BYTES_PER_TOKEN = 4
"""Of ordinary text; only for the guess whether a conversation still fits, never for money."""
_REMEMBERED = 8
_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was let through, for the record.

    :param status: the provider's, 0 when it gave none.
    """

    path: str
    status: int
    usage: Usage


@dataclass(slots=True)
class Facts:
    """What was seen from outside; an attempt's end is judged by it, never by what the agent says."""

    exchanges: list[Exchange] = field(default_factory=list)
    failure: ModelFailure | None = None
    """Of the last request; None once one was answered again."""
    fatal: Exception | None = None
    """Why nothing more is sent: a budget, a stop, a lost claim, or a defect of ours."""
    refused: int = 0

    @property
    def usage(self) -> Usage:
        return sum((exchange.usage for exchange in self.exchanges), Usage())


@dataclass(slots=True, eq=False)
class Paid:
    """A reservation that is still open."""

    request: ModelRequest
    reservation: str
    bound: Decimal
    line: Line | None = None


class Purse:
    """Budget and healer of an attempt, asked by one thread at a time.

    :param stop: ends the agent; called once, when nothing more will be sent.
    :param input_weight: the dearest input in plain input, as a fraction.
    """

    def __init__(
        self,
        endpoint: ModelEndpoint,
        budget: Budget,
        healer: Healer,
        *,
        requests: int,
        input_weight: tuple[int, int] = (1, 1),
    ) -> None:
        self.facts = Facts()
        self.stop: Callable[[], None] = lambda: None
        self._endpoint, self._budget, self._healer = endpoint, budget, healer
        self._left, self._weight = requests, input_weight
        self._alone = threading.Condition(threading.RLock())
        self._open: list[Paid] = []
        self._counted: deque[tuple[ModelRequest, int]] = deque(maxlen=_REMEMBERED)
        self._closed = False

    def reserve(self, request: ModelRequest) -> Paid:
        """Reserve a request's upper bound.

        :raises ModelFailure: the model's window cannot hold it.
        :raises Exception: nothing more is sent in this attempt.
        """
        with self._alone:
            if self._closed or self.facts.fatal is not None:
                raise self.facts.fatal or Stuck("the attempt is over")
            if self._left <= 0:
                raise Stuck(f"the agent used all {len(self.facts.exchanges)} model requests of an attempt")
            tokens = -(-self._bounded(request) * self._weight[0] // self._weight[1])
            bound = upper_bound(self._endpoint, input_tokens=tokens, max_tokens=request.output_tokens)
            paid = Paid(request, self._budget.reserve(bound), bound)
            self._left -= 1
            self._open.append(paid)
            return paid

    def held(self, paid: Paid, line: Line) -> None:
        """Keep the connection of a request, to cut it at the end; OSError when that has come."""
        with self._alone:
            paid.line = line
            if self._closed:
                raise OSError("the attempt is over")

    def settle(self, paid: Paid, usage: Usage | None, status: int, *, billed: bool = True) -> None:
        """Book once; without usage the whole reservation, since we cannot know."""
        with self._alone:
            if paid not in self._open:
                return
            self._open.remove(paid)
            real = Usage(requests=1, cost_usd=paid.bound if billed else Decimal(0))
            if usage is not None:
                real = replace(usage, cost_usd=price(self._endpoint, usage))
                self._counted.append((paid.request, usage.input_tokens))
            self.facts.exchanges.append(Exchange(paid.request.form.path, status, real))
            if paid.line is not None:
                paid.line.close()
            self._alone.notify_all()
            self._ours(lambda: self._budget.settle(paid.reservation, real))

    def answered(self) -> None:
        """Forget the failure before: the model answered usably."""
        with self._alone:
            self.facts.failure = None
            self._ours(self._healer.answered)

    def failed(self, failure: ModelFailure) -> None:
        """Keep how the last request failed; what we cut ourselves is no failure of the model's."""
        with self._alone:
            if not self._closed:
                self.facts.failure = failure

    def end(self, error: Exception) -> None:
        """Send nothing more, for this reason; the first one counts."""
        with self._alone:
            first = self.facts.fatal is None and not self._closed
            self.facts.fatal = self.facts.fatal or error
        if first:
            self.stop()

    def close(self) -> None:
        """Cut what is still open and book it; afterwards nothing is sent and nothing is owed."""
        with self._alone:
            self._closed = True
            for paid in self._open:
                if paid.line is not None:
                    paid.line.cut()
            self._alone.wait_for(lambda: not self._open, _WAIT_SECONDS)
            for paid in list(self._open):
                self.settle(paid, None, 0)

    def _bounded(self, request: ModelRequest) -> int:
        """Return the most input tokens it can have; ModelFailure when the window cannot hold it."""
        after = (request.input_after(earlier, counted) for earlier, counted in reversed(self._counted))
        tokens = next((bound for bound in after if bound is not None), request.input_tokens)
        window = context_window(self._endpoint)
        if window is None:
            return tokens
        if tokens // _BYTES_PER_TOKEN > window:
            words = f"maximum context length is {window} tokens, and the request has more"
            self.facts.failure = ModelFailure(FailureKind.CONTEXT_EXHAUSTED, words)
            raise self.facts.failure
        return min(tokens, window)

    def _ours(self, write: Callable[[], None]) -> None:
        """Write down; a ledger that refuses ends the attempt, and is heard of when it has ended."""
        try:
            write()
        except Exception as error:  # noqa: BLE001  raised again by whoever reads the facts
            self.end(error)
