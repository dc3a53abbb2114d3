"""Asking a model about many texts: in order, within a budget, each text once, stopped and gone on with."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from weakrec_core.errors import WeakrecError
from weakrec_core.language_model.chat import Chat, estimated_tokens
from weakrec_core.language_model.endpoint import Endpoint
from weakrec_core.language_model.outcome import NoAnswer, Unusable
from weakrec_core.language_model.question import MAX_TOKENS, Question, text_digest
from weakrec_core.language_model.vote_store import Appender, VoteStore
from weakrec_core.progress import Progress, no_progress

Messages = Sequence[Mapping[str, str]]
_SILENT = 3  # texts in a row that get no answer: the server is gone, not the text at fault


@dataclass(frozen=True)
class Budget:
    """Where asking ends: None = not there.

    Attributes
    ----------
    rows : int or None
        Distinct texts that are asked.
    tokens : int or None
        Of questions and answers; what a request may need at most is set aside before it is sent.
    money : float or None
        By the operator's prices.
    """

    rows: int | None = None
    tokens: int | None = None
    money: float | None = None

    def check(self, endpoint: Endpoint) -> None:
        """`WeakrecError` if a part of it is nothing that can be held."""
        if any(part is not None and not part > 0 for part in (self.rows, self.tokens, self.money)):
            raise WeakrecError("A budget of nothing asks nothing: give more than 0 rows, tokens and money.")
        if self.money is not None and endpoint.prices is None:
            raise WeakrecError(
                f"A budget of money needs the prices of {endpoint.model}, which the operator has not set."
            )

    def broken_by(self, endpoint: Endpoint, rows: int, asked: int, answered: int) -> str:
        """The part that does not hold with so many texts and tokens asked and answered; empty where all do."""
        if self.rows is not None and rows > self.rows:
            return "rows"
        if self.tokens is not None and asked + answered > self.tokens:
            return "tokens"
        cost = endpoint.cost(asked, answered)
        return "money" if self.money is not None and cost is not None and cost > self.money else ""


@dataclass
class Spent:
    """What was asked, and what it took.

    Attributes
    ----------
    rows, asked, answered : int
        Texts that got an answer, and tokens.
    unusable : Counter
        Answers that were no use, by reason; their texts abstain.
    silent : int
        Texts without any answer, which the next asking asks again.
    ended : str
        Why it ended before the texts did; empty where it did not.
    """

    rows: int = 0
    asked: int = 0
    answered: int = 0
    unusable: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    ended: str = ""


def most_tokens(messages: Messages, max_tokens: int) -> tuple[int, int]:
    """Tokens that a question and its answer may take at most, roughly."""
    return sum(estimated_tokens(message["content"]) for message in messages), max_tokens


def worst_case(question: Question, text: str) -> tuple[int, int]:
    """Tokens that a question about a text may take at most, roughly, and its answer."""
    return most_tokens(question.messages(text), MAX_TOKENS)


def ask_all(
    chat: Chat,
    question: Question,
    texts: Iterable[str],
    store: VoteStore,
    budget: Budget,
    progress: Progress = no_progress,
    of: int = 0,
) -> Spent:
    """Ask about every text that has no vote yet, in order, until the budget ends.

    An interrupt waits for the answers that are under way and keeps them: they are paid for.

    Parameters
    ----------
    of : int
        How many texts that are, for `progress`.

    Raises
    ------
    WeakrecError
        If the server refuses, or several texts in a row get no answer; what came before is kept.
    """
    if question.model != chat.endpoint.model:
        raise WeakrecError(f"The operator offers model {chat.endpoint.model}, not {question.model}.")
    budget.check(chat.endpoint)
    spent, in_a_row = Spent(), 0
    with store.appending(question) as appender:
        waiting = iter(_not_asked(texts, store.refresh()))
        pool = ThreadPoolExecutor(chat.endpoint.parallel)
        at_it: dict[Future[_Told], tuple[int, int]] = {}
        try:
            text = next(waiting, None)
            while text is not None or at_it:
                while text is not None and len(at_it) < chat.endpoint.parallel:
                    needed = worst_case(question, text)
                    spent.ended = _end(budget, chat.endpoint, spent, [*at_it.values(), needed])
                    if spent.ended:  # unless what is under way takes less than it may
                        break
                    at_it[pool.submit(_asked, chat, question, text, appender)] = needed
                    text = next(waiting, None)
                if not at_it:
                    break
                for future in wait(at_it, return_when=FIRST_COMPLETED).done:
                    del at_it[future]
                    in_a_row = _count(spent, future.result(), in_a_row)
                progress(min(spent.rows / max(of, 1), 1.0), _said(spent, of))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return spent


@dataclass(frozen=True)
class _Told:
    asked: int
    answered: int
    why: str = ""
    silent: str = ""


def _asked(chat: Chat, question: Question, text: str, appender: Appender) -> _Told:
    """Ask about one text, and keep the answer before anything else happens."""
    vote, why = -1, ""
    asked, answered = worst_case(question, text)
    try:
        answer = chat.ask(question.messages(text), question.schema, MAX_TOKENS)
        asked, answered = answer.asked, answer.answered
        vote = question.vote(answer.text)
    except Unusable as e:
        why = str(e)
    except NoAnswer as e:
        return _Told(0, 0, silent=str(e))
    appender.add(text_digest(text), vote, why, asked, answered)
    return _Told(asked, answered, why)


def _count(spent: Spent, told: _Told, in_a_row: int) -> int:
    """Add what came of one text; returns how many in a row got no answer."""
    if told.silent:
        spent.silent += 1
        if in_a_row + 1 >= _SILENT:
            raise WeakrecError(told.silent)
        return in_a_row + 1
    spent.rows += 1
    spent.asked += told.asked
    spent.answered += told.answered
    if told.why:
        spent.unusable[told.why] += 1
    return 0


def _not_asked(texts: Iterable[str], store: VoteStore) -> Iterator[str]:
    """Each text once that has no vote."""
    seen = set(store.votes)
    for text in texts:
        digest = text_digest(text)
        if digest not in seen:
            seen.add(digest)
            yield text


def _end(budget: Budget, endpoint: Endpoint, spent: Spent, needed: list[tuple[int, int]]) -> str:
    """What part of the budget would not hold with these requests."""
    asked = spent.asked + sum(part[0] for part in needed)
    answered = spent.answered + sum(part[1] for part in needed)
    return budget.broken_by(endpoint, spent.rows + spent.silent + len(needed), asked, answered)


def _said(spent: Spent, of: int) -> str:
    unusable = spent.unusable.total()
    return f"{spent.rows:,} of {of:,} texts asked" + (f", {unusable:,} answers of no use" if unusable else "")
