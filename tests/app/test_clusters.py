"""The groups of Error analysis: the map, a group's keyword LF and similar-LF, and rows brushed on the map."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_error_analysis import click, texts
from weakrec_core.labeling.kinds import KeywordLF, SimilarLF

PAGE = "pages/error_analysis/page.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture
def groups(open_page: OpenPage) -> AppTest:
    return open_page(PAGE, error_view="Groups")


def titles(app: AppTest) -> list[str]:
    return [s.value for s in app.header]


def test_a_keyword_lf_of_a_group(groups: AppTest) -> None:
    assert any(t.startswith("Group 1: ") for t in titles(groups))
    said = texts(groups)
    assert "More frequent here than elsewhere" in said and "keywords chosen on other users" in said
    before = groups.session_state["draft"].lf_set.lfs
    click(groups, "group_keyword")
    *others, lf = groups.session_state["draft"].lf_set.lfs
    assert tuple(others) == before and isinstance(lf, KeywordLF)
    assert f"Keywords for **{lf.groups[0].label}**" in said


def test_a_similar_lf_from_its_centre(groups: AppTest) -> None:
    click(groups, "group_similar")
    n = int(texts(groups).split("A labeling function from ")[1].split()[0])
    click(groups, "similar_keep")
    lf = groups.session_state["draft"].lf_set.lfs[-1]
    assert isinstance(lf, SimilarLF) and len(lf.examples) > n > 1


def test_rows_brushed_on_the_map(groups: AppTest) -> None:
    groups.session_state["map_tfidf_Errors"] = {"selection": {"brush": {"x": [9.0, -9.0], "y": [-9.0, 9.0]}}}
    groups.run()
    assert not groups.exception
    reviewed = next(c.value for c in groups.caption if "dev reviews" in c.value).split()[1]
    assert f"{reviewed} dev rows on the map" in titles(groups)


def test_other_colours_rows_and_vectors(groups: AppTest) -> None:
    for key, value in (("map_color", "Group"), ("map_color", "Gold"), ("group_rows", "uncovered"), ("group_k", 4)):
        next(c for c in groups.get("button_group") if c.key == key).set_value(value).run()
        assert not groups.exception
    assert "are uncovered, " in texts(groups)
