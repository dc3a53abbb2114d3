"""Sign-in by OpenID Connect against a provider on this machine: who is let in, and as what."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from joserfc.jwk import RSAKey
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.shared.fmt import literal
from tests.core.test_access import contents
from tests.e2e.browser import free_port, serving, settled, window
from tests.e2e.sign_in import SECRET, USER, Provider, cookie, provider, signed_in
from tests.e2e.tab import tab
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.share import revoke, share
from weakrec_core.workspace import Workspace

_CLIENT = """client_id = "workbench"
client_secret = "known to both"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
_SECRETS = """[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{secret}"
{mock}
[auth.forging]
{forging}

[weakrec.roles]
viewer = ["@example.com"]
editor = ["ada@example.org"]
"""


@pytest.fixture(scope="module")
def workspace_of_others(prepared_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(
        shutil.copytree(prepared_runs, tmp_path_factory.mktemp("signed") / "home", ignore=shutil.ignore_patterns("raw"))
    )


@pytest.fixture(scope="module")
def forging() -> Iterator[Provider]:
    """A provider whose tokens may be wrong."""
    with provider() as made:
        yield made


@pytest.fixture(scope="module")
def guarded(workspace_of_others: Path, forging: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench that asks for a sign-in."""
    port = free_port()
    with run_server_in_thread(user_claims=[User(sub="ada", claims={"email": "ada@example.org"})]) as mock:
        secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
        clients = {"mock": f"http://127.0.0.1:{mock.server_port}", "forging": forging.url}
        sections = {name: _CLIENT.format(provider=url) for name, url in clients.items()}
        written = _SECRETS.format(url=f"http://127.0.0.1:{port}", secret=SECRET, **sections)
        secrets.write_text(written, encoding="utf-8")
        with serving(workspace_of_others, port, STREAMLIT_SECRETS_FILES=str(secrets)) as url:
            yield url


def test_by_way_of_the_provider_and_out_again(guarded: str, browser: Browser) -> None:
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
        page.get_by_role("button", name="Sign in").click()
        page.locator("input[name=sub]").fill("ada")
        page.get_by_role("button", name="Authorize").click()
        expect(page.get_by_text(re.compile(r"ada@.?example\.org, editor"))).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()  # the provider asks
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_what_is_answered_before_a_sign_in(guarded: str) -> None:
    for path, status in (("media/a.csv", 401), ("_stcore/metrics", 401), ("_stcore/health", 200)):
        assert requests.get(f"{guarded}/{path}", timeout=60).status_code == status


def _asks_to_sign_in(server: str, cookies: dict[str, str] | None = None) -> bool:
    """Whether pages and files give nothing but the way in."""
    with tab(server, cookies) as opened:
        for page in ("", "Labeling_functions", "Results"):
            opened.open(page, "dataset=demo")
            assert [button.label for button in opened.of("button")] == ["Sign in"]
        for word in (b"demo", b"tutorial", b"Dataset"):
            assert word not in opened.received.replace(b"dataset=demo", b"")
    return requests.get(f"{server}/media/a.csv", cookies=cookies or {}, timeout=60).status_code == 401


def test_without_a_good_cookie_there_is_no_answer(guarded: str) -> None:
    email = "ada@example.org"
    good = cookie(guarded, email=email)
    assert _asks_to_sign_in(guarded)
    assert _asks_to_sign_in(guarded, cookie(guarded, days_ago=32, email=email))
    assert _asks_to_sign_in(guarded, cookie(guarded, "another secret of the same size", email=email))
    assert _asks_to_sign_in(guarded, {USER: good[USER][:-3] + "AAA"})
    assert _asks_to_sign_in(guarded, cookie(guarded, email=email, is_logged_in=False))
    with tab(guarded, cookie("http://elsewhere.example", email=email)) as opened:
        opened.open("Results")
        assert [button.label for button in opened.of("button")] == ["Sign in"]
    with tab(guarded, good) as opened:
        opened.open("Results")
        assert b"tutorial" in opened.received


def test_who_has_no_role_gets_no_page_and_no_file(guarded: str) -> None:
    with tab(guarded, cookie(guarded, email="ada@example.org")) as opened:
        opened.open("Results")
        (card,) = (one for one in opened.of("download_button") if one.label == "Card (Markdown)")
        file = guarded + opened.download(card.deferred_file_id)
    statuses = {"ada@example.org": 200, "eve@example.com": 200, "nobody@example.net": 403}
    for email, status in statuses.items():
        reply = requests.get(file, cookies=cookie(guarded, email=email), timeout=60)
        assert reply.status_code == status and ("Test" in reply.text) == (status == 200)
    assert requests.get(file, timeout=60).status_code == 401
    for cookies, refused in (({}, 401), (cookie(guarded, email="nobody@example.net"), 403)):
        for path in ("_stcore/upload_file/any/file", "_stcore/%75pload_file/any/file", "_stcore/metrics"):
            ask = requests.get if "metrics" in path else requests.put
            assert ask(f"{guarded}/{path}", cookies=cookies, data=b"x", timeout=60).status_code == refused, path
    with tab(guarded, cookie(guarded, email="nobody@example.net")) as opened:
        opened.open("Results", "dataset=demo")
        assert [button.label for button in opened.of("button")] == ["Sign out"]
        assert f"{literal('nobody@example.net')} has no access here".encode() in opened.received
        assert b"tutorial" not in opened.received


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({}, "none"),
        ({"iss": "http://elsewhere.example"}, ""),
        ({"exp": 1_700_000_000}, ""),
        ({"aud": "another client"}, ""),
        ({"nonce": "of another sign-in"}, ""),
        ({}, "altered"),
        ({}, "another key"),
    ],
    ids=["fine", "issuer", "expired", "audience", "nonce", "altered", "key"],
)
def test_a_token_that_is_not_right_lets_nobody_in(
    guarded: str, forging: Provider, wrong: dict[str, object], fault: str
) -> None:
    forging.altered = fault == "altered"
    forging.key = RSAKey.generate_key(2048) if fault == "another key" else forging.own
    assert (USER in signed_in(guarded, forging, "workbench", "forging", **wrong)) == (fault == "none")


def _kept(home: Path) -> dict[str, str]:
    return {name: digest for name, digest in contents(home).items() if not name.startswith(("server.log", "logs/"))}


def test_what_a_viewer_forges_changes_no_file(guarded: str, workspace_of_others: Path) -> None:
    """Every button of every page, those that are off above all; and messages that no page sends."""
    before = _kept(workspace_of_others)
    with tab(guarded, cookie(guarded, email="eve@example.com")) as opened:
        for message in (BackMsg(clear_cache=True), BackMsg(load_git_info=True), BackMsg(set_run_on_save=True)):
            opened.say(message)
        opened.open()
        assert f"{literal('eve@example.com')}: reading only".encode() in opened.received
        assert not any(message.session_status_changed.run_on_save for message in opened.heard)
        tried = set()
        for page in ("Labeling_functions", "Error_analysis", "Training", "Results"):
            opened.open(page)
            opened.set(*opened.popovers, bool_value=True)
            for button in [one for one in opened.of("button") if one.disabled]:
                opened.set(button, trigger_value=True)
                tried.add(button.label)
            opened.set(*(one for one in opened.of("button") if one.label != "Sign out"), trigger_value=True)
        assert {"Launch", "Save", "Star", "Save as"} <= tried
    assert _kept(workspace_of_others) == before


def test_a_link_to_a_run_opens_without_a_sign_in_and_nothing_else_does(guarded: str, workspace_of_others: Path) -> None:
    workspace = Workspace(workspace_of_others)
    run, other = list_runs(workspace)
    secret, link = share(run, 7)
    query = f"share={secret}&k=10"
    with tab(guarded) as opened:
        for page in ("", "Results", "Data"):
            opened.open(page, f"{query}&run={other.id}")
            assert run.id.encode() in opened.received and not opened.of("page_link")
            opened.set(*opened.of("button"), trigger_value=True)
        assert b"tutorial" not in opened.received and f"Run {other.id}".encode() not in opened.received
        opened.open("Results", f"run={other.id}")
        assert [button.label for button in opened.of("button")] == ["Sign in"]
    report = f"{guarded}/shared/report"
    reply = requests.get(report, {"share": secret, "run": other.id}, timeout=60)
    assert reply.status_code == 200 and run.id in reply.text and other.id not in reply.text
    assert reply.headers["Content-Security-Policy"].startswith("sandbox allow-scripts ")
    assert requests.get(f"{guarded}/media/a.csv", {"share": secret}, timeout=60).status_code == 401
    revoke(workspace, link.id)
    for wrong in (secret, secret[:-1], ""):
        reply = requests.get(report, {"share": wrong}, timeout=60)
        assert reply.status_code == 404 and reply.text.startswith("This link does not open anything")
    with tab(guarded) as opened:
        opened.open("", query)
        assert not opened.of("button") and run.id.encode() not in opened.received
