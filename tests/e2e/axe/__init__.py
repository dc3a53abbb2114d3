"""What axe-core 4.14 (MPL 2.0, https://github.com/dequelabs/axe-core) finds on a page; for tests alone."""

from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.browser import settled

_AXE = Path(__file__).with_name("axe.min.js").read_text(encoding="utf-8")
_NOT_OURS = [".brush_brush", ".brush_brush_bg"]  # Vega gives the frame of a brush a role, and takes no name for it
_RUN = """async ([exclude, rules]) => (await axe.run({exclude}, {resultTypes: ['violations'], ...rules})).violations
    .filter(found => found.impact !== 'minor')
    .map(found => `${found.impact} ${found.id}: ${found.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`)"""
_CONTRAST = {"runOnly": ["color-contrast"]}  # all else is the same in both themes


def violations(page: Page) -> list[str]:
    """What is moderate, serious or critical by axe's rules, and by its rule of contrast in the dark theme, too."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found: list[str] = page.evaluate(_RUN, [_NOT_OURS, {}])
    page.emulate_media(color_scheme="dark")
    settled(page)
    found += (f"dark: {one}" for one in page.evaluate(_RUN, [_NOT_OURS, _CONTRAST]))
    page.emulate_media(color_scheme="light")
    return found
