"""The right side of the Recommendations page: one list, or several side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.recommendations.book_cards import popular_card, recommended_card
from pages.recommendations.reader_panel import run_label
from pages.recommendations.reader_url import K_CHOICES, POPULARITY, WITHOUT_LABELS, View, show
from pages.recommendations.recommender import Catalogue
from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core.data.item_names import name_of
from weakrec_core.labeling.book_votes import BookVotes
from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.runs.result_tables import labels_in_lists_of, lists_sentence
from weakrec_core.runs.store import Run
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import Recommendation

_MOST_BESIDE = 2
_BESIDE = {POPULARITY: "Popularity", WITHOUT_LABELS: "This run without labels"}
_ORDER = (
    "Ordered by how well each {item} fits what was read: 100 % is the first of the list, 0 % the {item} in the middle of all "
    "that are unread. Likely to like it: P(POSITIVE) of the model, once read; it does not change the order. Because of: the "
    "{items} without which it would score lower, strongest first."
)
_LIKE_HELP = (
    "Adds the {item} to the reader's as read and liked: it leaves the list, and counts as much as a fifth of all the "
    "reader's {items} (two at least), so that the list moves towards it."
)
_READ_HELP = "Adds the {item} to the reader's: it leaves the list, and counts like any other {item} read."


def heading(wb: Workbench, view: View, runs: Sequence[Run]) -> None:
    """How long the list is, what it stands beside, and the way to the presentation."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title("Recommendations", anchor=False, width="content", help=wb.dataset.noun.fill(_ORDER))
        with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
            names = _BESIDE | {run.id: run_label(run) for run in runs if run.id != view.run}
            st.session_state["rec_beside"] = [name for name in view.beside if name in names]
            st.multiselect(
                "Beside",
                list(names),
                key="rec_beside",
                format_func=names.__getitem__,
                max_selections=_MOST_BESIDE,
                placeholder="Popularity, another run …",
                width=290,
                on_change=lambda: show(replace(view, beside=tuple(st.session_state["rec_beside"]))),
            )
            choose_length(wb, view)
            st.button(
                "Present",
                icon=":material/slideshow:",
                key="present",
                help="Hides the tools; the address shows others the same.",
                on_click=show,
                args=(replace(view, present=True),),
            )


def choose_length(wb: Workbench, view: View) -> None:
    """How many are listed."""
    st.session_state["rec_k"] = view.k
    st.selectbox(
        wb.dataset.noun.many.capitalize(),
        sorted({*K_CHOICES, view.k}),
        key="rec_k",
        width=84,
        on_change=lambda: show(replace(view, k=st.session_state["rec_k"])),
    )


def first_sentence(wb: Workbench, found: Sequence[Recommendation]) -> str:
    """Why the first of the list comes first, in Markdown."""
    first, books = found[0], wb.dataset.books
    title = fmt.literal(name_of(books, first.book_idx)[0])
    named = [f"*{fmt.literal(name_of(books, reason.book_idx)[0])}*" for reason in first.because[:2]]
    because = f", above all because of {' and '.join(named)}" if named else ""
    liked = sum(one.p_positive > first.p_positive for one in found)
    more = (
        "" if not liked else f"; {liked} of the others {'is' if liked == 1 else 'are'} likelier to be liked once read"
    )
    return f"**{title}** comes first as it fits best what was read{because}{more}."


def in_twos(n: int, gap: Any = "small") -> Iterator[Any]:
    """Places for `n` cards, two in a row."""
    for start in range(0, n, 2):
        yield from st.columns(2, gap=gap)[: n - start]


def one_list(wb: Workbench, view: View, found: Sequence[Recommendation], votes: BookVotes | None) -> None:
    """What one run recommends."""
    for place, (rank, one) in zip(in_twos(len(found)), enumerate(found, 1), strict=True):
        with place:
            _card(wb, view, rank, one, votes)


def most_read(wb: Workbench, books: Catalogue, reader: Reader, k: int) -> None:
    """What there is for a reader without books."""
    popular = books.most_read(reader, k)
    for place, (rank, book_idx) in zip(in_twos(len(popular)), enumerate(popular, 1), strict=True):
        with place, st.container(border=True, height="stretch"):
            st.html(popular_card(wb.dataset.books, rank, book_idx, int(books.readers[book_idx])))


def side_by_side(
    wb: Workbench,
    books: Catalogue,
    view: View,
    reader: Reader,
    found: Sequence[Recommendation],
    others: Mapping[str, Sequence[Recommendation]],
    votes: BookVotes | None,
) -> None:
    """One column a list; on the cards of the first, which others have the book, too."""
    ids = {name: [one.book_idx for one in recommended] for name, recommended in others.items()}
    if POPULARITY in view.beside:
        ids[POPULARITY] = books.most_read(reader, view.k)
    names = {name: _BESIDE.get(name, f"Run {name}") for name in view.beside}
    first, *columns = st.columns(1 + len(names), gap="medium")
    with first:
        _title("This run", wb.dataset.noun.counted(len(found)))
        for rank, one in enumerate(found, 1):
            _card(
                wb,
                view,
                rank,
                one,
                votes,
                [names[n] for n in view.beside if one.book_idx in ids[n]],
                compact=len(names) > 1,
            )
    for column, name in zip(columns, names, strict=True):
        with column:
            common = len({one.book_idx for one in found} & set(ids[name]))
            _title(names[name], f"{common} of {len(found)} in common with this run")
            for rank, book_idx in enumerate(ids[name], 1):
                with st.container(border=True):
                    if name == POPULARITY:
                        readers = int(books.readers[book_idx])
                        st.html(popular_card(wb.dataset.books, rank, book_idx, readers, "compact"))
                    else:
                        one = others[name][rank - 1]
                        st.html(recommended_card(wb.dataset.books, rank, one, None, look="compact"))


def say_labels(run: Run) -> None:
    """What labels do to the lists of a run, beside the same lists without them."""
    if not PRESETS[run.config.train["preset"]].blended:
        said = (
            "The network of this run learns from labels and from nothing else: there is no list of it without labels."
        )
    else:
        said = lists_sentence(run.result or {}) or "What labels do to the lists of this run was not measured."
        if labels_in_lists_of(run.result or {}) == "left_out":
            said += (
                " So its list without labels is the same one; labels move how likely it is to be liked, on the cards."
            )
    st.info(said, icon=":material/compare_arrows:")


def _title(name: str, figures: str) -> None:
    with st.container(gap="xxsmall"):
        st.markdown(f"**{name}**")
        st.caption(figures)


def _card(
    wb: Workbench,
    view: View,
    rank: int,
    one: Recommendation,
    votes: BookVotes | None,
    also: Sequence[str] = (),
    *,
    compact: bool = False,
) -> None:
    """A recommended book and what can be said to it."""
    book_id = str(wb.dataset.books["book_id"].iat[one.book_idx])
    with st.container(border=True, height="stretch", key=f"card_{rank}", vertical_alignment="distribute", gap="xsmall"):
        st.html(recommended_card(wb.dataset.books, rank, one, votes, also, "compact" if compact else ""))
        with st.container(horizontal=True, gap="medium"):
            for label, icon, help_text, liked in (
                ("Already read", ":material/check:", wb.dataset.noun.fill(_READ_HELP), False),
                ("More like this", ":material/favorite:", wb.dataset.noun.fill(_LIKE_HELP), True),
            ):
                st.button(
                    label,
                    icon=icon,
                    type="tertiary",
                    help=f"{label}. {help_text}" if compact else help_text,
                    key=f"{'icon_' if compact else ''}{'like' if liked else 'read'}_{book_id}",
                    on_click=show,
                    args=(view.with_book(book_id, liked),),
                )
