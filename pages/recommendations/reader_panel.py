"""The left side of the Recommendations page: which run recommends to whom, and the reader's books."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.recommendations.book_cards import shelf
from pages.recommendations.reader_url import View, show
from pages.recommendations.recommender import Catalogue
from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core.data.item_names import name_of
from weakrec_core.runs.store import Run
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import Recommendation

_OFFERED_USERS = 500  # in the list; any other id can be typed
_FOUND = 6
_SHELF, _SHELF_FITS, _SHELF_HEIGHT = 60, 11, 460
_TEST_USER, _COMPOSED = "Test user", "Compose a reader"


def run_label(run: Run) -> str:
    """A run in a few words; to show metrics of test here would be a look at them."""
    valid = (run.result or {}).get("valid") or {}
    auc = f" · valid AUC {fmt.number(valid['auc'], 2)}" if valid.get("auc") is not None else ""
    return f"{run.title}{auc}"


def choose_run(runs: Sequence[Run], view: View) -> None:
    """The widget; its choice goes into the URL, as that of the others here."""
    labels = {run.id: run_label(run) for run in runs}
    _held("rec_run", view.run)
    st.selectbox("Run", list(labels), format_func=labels.__getitem__, key="rec_run", on_change=_set_run, args=(view,))
    config = next(run.config for run in runs if run.id == view.run)
    st.caption(f"Preset {config.train['preset']} · LF set {fmt.literal(config.lf_set_title)}")


def choose_reader(wb: Workbench, catalogue: Catalogue, view: View, reader: Reader) -> None:
    """Whom it recommends to: a test user, or books that were read."""
    known = "Test users were never seen in training."
    if wb.dataset.by_time:
        known = f"Of test users, the {wb.dataset.noun.many} before the held-out ones were trained on."
    _held("rec_kind", _COMPOSED if view.user is None else _TEST_USER)
    st.segmented_control(
        "Reader",
        [_TEST_USER, _COMPOSED],
        required=True,
        key="rec_kind",
        on_change=_set_kind,
        args=(view, catalogue),
        help=f"{known} A composed reader has the {wb.dataset.noun.many} that you add.",
    )
    if view.user is not None:
        _choose_user(catalogue, view)
    _search(wb, catalogue, view, reader)


def show_books(wb: Workbench, reader: Reader, view: View, found: Sequence[Recommendation]) -> None:
    """The reader's books: those added, with a button to take each out, then the user's, most telling first."""
    if not reader.read:
        st.caption(f"No {wb.dataset.noun.many} yet.")
        return
    st.markdown(f"**Has read {wb.dataset.noun.counted(len(reader.read))}**")
    ids = wb.dataset.books["book_id"]
    added = [*view.liked, *view.book]
    position = {book_id: i for i in reader.read if (book_id := ids.iat[i]) in set(added)}
    for book_id in reversed(added):
        title, _, author = name_of(wb.dataset.books, position[book_id])
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"added_{book_id}"):
            st.button(
                f"Take out {fmt.literal(title)}",
                icon=":material/close:",
                type="tertiary",
                key=f"icon_drop_{book_id}",
                help="Take it out again",
                on_click=show,
                args=(view.without_book(book_id),),
            )
            heart = ":material/favorite: " if book_id in view.liked else ""
            st.markdown(f"{heart}{fmt.literal(title)} :gray[{fmt.literal(author)}]")
    own = [i for i in reader.read if ids.iat[i] not in set(added)]
    ordered, pulled = most_telling(own, found)
    if ordered:
        with st.container(height=_SHELF_HEIGHT if len(ordered) > _SHELF_FITS else "content", border=False):
            st.html(shelf(wb.dataset.books, ordered[:_SHELF], pulled))
        if len(ordered) > _SHELF:
            st.caption(f"… and {len(ordered) - _SHELF:,} more")


def most_telling(book_idxs: Sequence[int], found: Sequence[Recommendation]) -> tuple[list[int], Counter[int]]:
    """Books read, those that pulled up most of the recommended ones first, and how many."""
    pulled = Counter(reason.book_idx for one in found for reason in one.because)
    return sorted(book_idxs, key=lambda i: (-pulled[i], i)), pulled


def _choose_user(catalogue: Catalogue, view: View) -> None:
    users = catalogue.test_users
    offered = users[:_OFFERED_USERS]
    assert view.user is not None
    _held("rec_user", view.user)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "User",
            offered if view.user in offered else [view.user, *offered],
            key="rec_user",
            accept_new_options=True,
            on_change=_set_user,
            args=(view,),
            help=f"{min(len(users), _OFFERED_USERS):,} of {len(users):,} test users are listed; type any other user_id.",
        )
        following = users[(users.index(view.user) + 1) % len(users)] if view.user in users else users[0]
        st.button(
            "Next test user",
            icon=":material/skip_next:",
            key="icon_next_user",
            help="The next test user",
            on_click=show,
            args=(view.of_user(following),),
        )
        pinned = view.user in view.pinned
        others = tuple(user for user in view.pinned if user != view.user)
        st.button(
            "Unpin this reader" if pinned else "Pin this reader",
            icon=":material/keep_off:" if pinned else ":material/keep:",
            key="icon_pin_user",
            help="Unpin this reader" if pinned else "Pin this reader; the address keeps it",
            on_click=show,
            args=(replace(view, pinned=others if pinned else (*view.pinned, view.user)),),
        )
    if view.pinned:
        _held("rec_pinned", view.user if pinned else None)
        st.pills("Pinned readers", view.pinned, key="rec_pinned", on_change=_set_pinned, args=(view,))


def _search(wb: Workbench, catalogue: Catalogue, view: View, reader: Reader) -> None:
    query = st.text_input(
        f"Add {wb.dataset.noun.a} that the reader has read",
        key="rec_search",
        type="search",
        live=True,
        placeholder="Title or author, typing errors welcome",
    )
    if not query.strip():
        return
    found = catalogue.search.find(query, _FOUND)
    if not len(found):
        st.caption("No title or author is like that; try fewer words.")
    with st.container(gap="xxsmall"):
        for book_idx in found.tolist():
            title, series, author = name_of(wb.dataset.books, book_idx)
            second = " · ".join(part for part in (series, author) if part)
            book_id = wb.dataset.books["book_id"].iat[book_idx]
            st.button(
                f"{fmt.literal(title)} :gray[{fmt.literal(second)}]",
                icon=":material/check:" if book_idx in reader.read else ":material/add:",
                type="tertiary",
                disabled=book_idx in reader.read,
                key=f"add_{book_id}",
                on_click=_add,
                args=(view, book_id),
            )


def _held(key: str, value: object) -> None:
    """Let a widget show what the URL says."""
    st.session_state[key] = value


def _set_run(view: View) -> None:
    run = st.session_state["rec_run"]
    show(replace(view, run=run, beside=tuple(b for b in view.beside if b != run)))


def _set_kind(view: View, catalogue: Catalogue) -> None:
    composed = st.session_state["rec_kind"] == _COMPOSED
    show(view.of_user(None if composed else catalogue.test_users[0]))


def _set_user(view: View) -> None:
    show(view.of_user(st.session_state["rec_user"] or view.user))


def _set_pinned(view: View) -> None:
    show(view.of_user(st.session_state["rec_pinned"] or view.user))


def _add(view: View, book_id: str) -> None:
    st.session_state["rec_search"] = ""
    show(view.with_book(book_id, liked=False))
