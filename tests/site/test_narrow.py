"""At the width of a telephone: nothing pushes the page sideways, and columns can be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.site.conftest import Site
from tests.site.test_site import FEW, ready

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

TABLES = ("experiments.html", "audit.html", "models/numbers.html")

SILENT = """() => [...document.querySelectorAll('.formula:not(.scrolls)')].filter(
  (formula) => formula.scrollWidth > formula.clientWidth + 1).length"""

# Words of six letters and more that a column breaks into pieces of three or less.
SQUEEZED = """() => [...document.querySelectorAll('.md-content td')].filter((cell) => {
  const longest = Math.max(0, ...cell.innerText.split(/\\s+/).map((word) => word.length));
  const look = getComputedStyle(cell);
  const inner = cell.clientWidth - 2 * parseFloat(look.paddingLeft);
  return cell.clientWidth && longest >= 6 && inner < 2 * parseFloat(look.fontSize);
}).map((cell) => cell.innerText)"""


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 390, "height": 800})
    yield made
    made.close()


def is_readable(name: str, site: Site, phone: BrowserContext) -> None:
    page = ready(phone.new_page(), site, name)
    for toggle in page.get_by_role("button", name="All lines").all():
        toggle.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    assert page.evaluate(SILENT) == 0, name
    assert page.evaluate(SQUEEZED) == [], name
    page.close()


@pytest.mark.parametrize("name", [*FEW, *TABLES])
def test_a_page_can_be_read(name: str, site: Site, phone: BrowserContext) -> None:
    is_readable(name, site, phone)


@pytest.mark.slow
def test_every_page_can_be_read(site: Site, phone: BrowserContext) -> None:
    for name in site.pages:
        is_readable(name, site, phone)
