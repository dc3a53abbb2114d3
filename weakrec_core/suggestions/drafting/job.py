"""Asking a model to draft LFs, at once or in a process of its own."""

from weakrec_core import files
from weakrec_core.jobs.job import Job
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.language_model.asking import Budget, most_tokens
from weakrec_core.language_model.chat import Chat
from weakrec_core.language_model.endpoint import Endpoint
from weakrec_core.language_model.reply import Reply, ask_once, kept_reply
from weakrec_core.suggestions.drafting.judged import Drafted, judge
from weakrec_core.suggestions.drafting.question import MAX_TOKENS, DraftQuestion, proposed
from weakrec_core.workspace import Workspace


def ask_for_drafts(
    workspace: Workspace, question: DraftQuestion, endpoint: Endpoint, budget: Budget, chat: Chat | None = None
) -> Reply:
    """The model's answer, or the one that was kept; see `ask_once`."""
    with chat or Chat(endpoint) as asking:
        return ask_once(
            asking,
            question.directory(workspace),
            question.messages,
            question.schema,
            MAX_TOKENS,
            proposed,
            budget,
            len(question.rows),
        )


def drafts_of(applied: AppliedSet, question: DraftQuestion, reply: Reply) -> list[Drafted]:
    """The LFs of an answer, judged."""
    return [] if reply.why else judge(applied, proposed(reply.text), question.rows)


def drafts_reply(workspace: Workspace, question: DraftQuestion) -> Reply | None:
    """The answer that was kept; None before there is one."""
    return kept_reply(question.directory(workspace))


def needed_tokens(question: DraftQuestion) -> int:
    """Tokens that the question and its answer take at most, roughly."""
    return sum(most_tokens(question.messages, MAX_TOKENS))


def draft_job(workspace: Workspace, question: DraftQuestion) -> Job:
    """The background work that asks a question."""
    return Job(question.directory(workspace) / "draft.job", f"Asking {question.model}")


def start_drafting(applied: AppliedSet, question: DraftQuestion, budget: Budget) -> bool:
    """Ask in a process of its own; False if one is at it already."""
    dataset = applied.dataset
    job = draft_job(dataset.workspace, question)
    lf_file = job.path / "lfs.yaml"
    files.write_text(lf_file, applied.lf_set.to_yaml())
    arguments = ["draft", "--dataset", dataset.name, "--fingerprint", dataset.data_fingerprint, "--lfs", str(lf_file)]
    arguments += [f"--sentence={question.sentence}"] if question.sentence else []
    arguments += [part for row in question.rows for part in ("--row", str(row))]
    for option, value in (("--tokens", budget.tokens), ("--money", budget.money)):
        arguments += [option, str(value)] if value is not None else []
    return job.start(dataset.workspace, arguments)
