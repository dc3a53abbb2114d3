"""Warnings of the Label model page, a box a kind."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    from pages.label_model.guardrail_warnings import show_warnings
    from weakrec_core.label_model.guardrails import Guardrail

    pairs = [Guardrail("dependence", f"a and b{i} vote together.", "Merge them.") for i in range(435)]
    others = [Guardrail(name, f"{name} is so.", "Mend it.") for name in ("few_lfs", "nan", "drift")]
    show_warnings([others[0], *pairs, *others[1:]])


def test_many_pairs_are_one_box_that_keeps_all() -> None:
    app = AppTest.from_function(_page).run()
    assert not app.exception
    boxes = [w.value.replace("\\", "") for w in app.warning]
    assert len(boxes) == 4
    assert boxes[1].startswith("**435 of one kind.** *Merge them.*")
    assert [e.label for e in app.expander] == ["The other 432", "1 more kind of warning"]
    said = "\n".join([*boxes, *(m.value.replace("\\", "") for m in app.markdown)])
    assert all(f"a and b{i} vote together." in said for i in range(435))
