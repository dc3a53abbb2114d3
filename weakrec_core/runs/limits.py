"""What a run's figures do not say: its limits in sentences."""

from typing import Any

from weakrec_core.evaluation.rivals import COMPARED
from weakrec_core.runs import result_tables, test_looks
from weakrec_core.runs.store import Run
from weakrec_core.stats.verdicts import BETTER, WORSE


def limits(run: Run, result: dict[str, Any]) -> list[str]:
    """Of the data, the labels and the test; where the run is not better than a rival; the label model's warnings."""
    lines = [
        f"The ratings are of users who chose to read and rate; of {run.config.noun.many} that nobody rated nothing was measured.",
        "Train labels are votes, not opinions that were asked for; the LFs' weights say how far they were trusted.",
        test_looks.sentence(run.workspace, run.config.data),
    ]
    if run.config.hand_gold is not None:
        lines.append(f"Dev gold: {run.config.hand_gold}.")
    for metric in COMPARED:
        against = result_tables.against(result, metric)
        if against is not None and against.verdict != BETTER:
            named = "is worse than" if against.verdict == WORSE else "cannot be told from"
            lines.append(f"In {result_tables.title(metric)} the run {named} {against.title}.")
    return [*lines, *result["labels"]["warnings"]]
