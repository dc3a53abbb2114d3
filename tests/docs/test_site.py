"""The site builds without a warning, a broken link or anchor being one, and names all that is public."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

import weakrec_core as wr
from tests.conftest import PROJECT


def built(site: Path, docs: Path) -> None:
    build(load_config(str(PROJECT / "mkdocs.yml"), docs_dir=str(docs), site_dir=str(site), strict=True))


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


def test_the_site(tmp_path: Path) -> None:
    built(tmp_path / "site", PROJECT / "docs")
    api = (tmp_path / "site" / "api" / "index.html").read_text(encoding="utf-8")
    public = [getattr(wr, name) for name in wr.__all__ if isinstance(getattr(wr, name), (type, Callable))]  # type: ignore[arg-type]
    assert public
    for value in public:
        assert f'id="{inspect.getmodule(value).__name__}.{value.__name__}"' in api  # type: ignore[union-attr]
    assert not list((tmp_path / "site").rglob("*.py"))
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 15
    for page in pages:  # it is read offline
        assert 'src="http' not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("link", ["gone.md", "numbers.md#gone"])
def test_a_link_to_nowhere_fails_it(tmp_path: Path, link: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for page in (PROJECT / "docs").iterdir():
        if page.suffix in (".md", ".png", ".ipynb") and page.name != "api.md":
            (docs / page.name).write_bytes(page.read_bytes())
    (docs / "api.md").write_text(f"# API\n\n[A link]({link})\n", encoding="utf-8")
    with pytest.raises(Abort):
        built(tmp_path / "site", docs)
