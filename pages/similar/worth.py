"""What an LF is worth on dev, in words."""

from pages.shared import fmt
from weakrec_core.stats.verdicts import BETTER
from weakrec_core.suggestions.similar_rows import Worth


def worth_sentence(found: Worth, where: str) -> str:
    """In one line."""
    if not found.n:
        return f"{where} it votes on no row."
    return (
        f"{where}: n **{found.n:,}**, precision **{found.precision:.2f}** [{found.ci_low:.2f}, {found.ci_high:.2f}], "
        f"base rate {found.base_rate:.2f}, lift **{fmt.signed(found.lift, 2)}**"
    )


def warning(found: Worth) -> str | None:
    """What speaks against keeping it, measured on users left out; None where its interval lies above the base rate."""
    if found.verdict == BETTER:
        return None
    if not found.n:
        return "On users left out it votes on no row with gold: what it is worth is not known."
    if found.lift <= 0:
        return "On users left out it is right no more often than the base rate: nothing speaks for it."
    return "On users left out its interval holds the base rate: that it is right more often may be chance."
