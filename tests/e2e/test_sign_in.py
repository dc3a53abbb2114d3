"""Sign-in by OpenID Connect against a provider on this machine: who is let in, and as what."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from tests.core.test_access import contents
from tests.e2e.browser import free_port, serving, settled, window

_SECRETS = """[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "of thirty-two characters at least"
client_id = "workbench"
client_secret = "known to both"
server_metadata_url = "http://127.0.0.1:{provider}/.well-known/openid-configuration"

[weakrec.roles]
viewer = ["@example.com"]
editor = ["ada@example.org"]
"""
_PEOPLE = {"ada": "ada@example.org", "eve": "eve@example.com", "nobody": "nobody@example.net"}


@pytest.fixture(scope="module")
def workspace_of_others(prepared_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(
        shutil.copytree(
            prepared_pages, tmp_path_factory.mktemp("signed") / "home", ignore=shutil.ignore_patterns("raw")
        )
    )


@pytest.fixture(scope="module")
def guarded(workspace_of_others: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench that asks for a sign-in."""
    port = free_port()
    people = [User(sub=name, claims={"email": email}) for name, email in _PEOPLE.items()]
    with run_server_in_thread(user_claims=people) as provider:
        secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
        secrets.write_text(
            _SECRETS.format(url=f"http://127.0.0.1:{port}", provider=provider.server_port), encoding="utf-8"
        )
        with serving(workspace_of_others, port, STREAMLIT_SECRETS_FILES=str(secrets)) as url:
            yield url


def _sign_in(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    settled(page)


def test_who_is_let_in(guarded: str, workspace_of_others: Path, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        page.goto(f"{guarded}/Error_analysis?dataset=demo")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        settled(page)
        assert page.get_by_test_id("stMain").inner_text().split() == [
            "Weakrec",
            "Workbench",
            "login",
            "Sign",
            "in",
        ]  # with the icon
    for path, status in (("media/a.csv", 401), ("_stcore/metrics", 401), ("_stcore/health", 200)):
        assert requests.get(f"{guarded}/{path}", timeout=60).status_code == status
    with window(browser) as context:
        page = context.new_page()
        _sign_in(page, guarded, "nobody")
        expect(page.get_by_text("nobody@example.net has no access here")).to_be_visible()
        expect(page.get_by_text("Dataset")).to_have_count(0)
    before = contents(workspace_of_others / "lf_sets") | contents(workspace_of_others / "datasets")
    with window(browser) as context:
        page = context.new_page()
        _sign_in(page, guarded, "eve")
        expect(page.get_by_text("eve@example.com: reading only")).to_be_visible()
        cookies = {c["name"]: c["value"] for c in context.cookies()}
        assert requests.get(f"{guarded}/media/a.csv", cookies=cookies, timeout=60).status_code == 404
        altered = cookies | {"_streamlit_user": cookies["_streamlit_user"][:-3] + "AAA"}
        assert requests.get(f"{guarded}/media/a.csv", cookies=altered, timeout=60).status_code == 401
    assert contents(workspace_of_others / "lf_sets") | contents(workspace_of_others / "datasets") == before
    with window(browser) as context:
        page = context.new_page()
        _sign_in(page, guarded, "ada")
        expect(page.get_by_text("ada@example.org, editor")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()  # the provider asks
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
