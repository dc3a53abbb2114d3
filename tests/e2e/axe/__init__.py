"""What axe-core 4.14 (MPL 2.0, https://github.com/dequelabs/axe-core) finds on a page; for tests alone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser import settled

_AXE = Path(__file__).with_name("axe.min.js").read_text(encoding="utf-8")
_NOT_OURS = [".brush_brush", ".brush_brush_bg"]  # Vega gives the frame of a brush a role, and takes no name for it
_RUN = """async ([include, exclude, rules]) => (await axe.run({include, exclude}, {resultTypes: ['violations'], ...rules})).violations
    .filter(found => found.impact !== 'minor')
    .map(found => `${found.impact} ${found.id}: ${found.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`)"""
_CONTRAST = {"runOnly": ["color-contrast"]}  # all else is the same in both themes


def violations(page: Page) -> list[str]:
    """What is moderate, serious or critical by axe's rules, and by its rule of contrast in the dark theme, too."""
    found = violations_inside(page, "html")
    page.emulate_media(color_scheme="dark")
    settled(page)
    found += (f"dark: {one}" for one in page.evaluate(_RUN, [["html"], _NOT_OURS, _CONTRAST]))
    page.emulate_media(color_scheme="light")
    return found


def violations_inside(page: Page, selector: str) -> list[str]:
    """What is moderate, serious or critical in a part of the page, in the theme that it has."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found: list[str] = page.evaluate(_RUN, [[selector], _NOT_OURS, {}])
    return found


def violations_in_popovers(page: Page, seen: set[str]) -> list[str]:
    """The same of all popovers of the page, each opened in its turn; those named in `seen` were looked at before."""
    found = []
    for button in page.get_by_test_id("stPopoverButton").all():
        name = button.locator("[data-testid=stMarkdownContainer]").first.text_content() or ""
        if name in seen or not button.is_visible() or button.is_disabled():
            continue
        seen.add(name)
        button.click()
        body = page.get_by_test_id("stPopoverBody")
        expect(body.get_by_test_id("stElementContainer").first).to_be_visible()
        settled(page)
        found += [f"{name}: {one}" for one in violations_inside(page, "[data-testid=stPopoverBody]")]
        page.keyboard.press("Escape")
        expect(body).to_have_count(0)
    return found
