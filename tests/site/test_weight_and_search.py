"""What a page fetches before anybody touches it, and what the search finds and shows."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.site.conftest import Site
from tests.site.test_site import STEPPED, context, ready

__all__ = ["context"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]


def fetched(page: Page, site: Site, name: str) -> int:
    """Bytes of all that a page asks for before anybody touches it, as a server sends them."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    ready(page, site, name)
    page.wait_for_load_state("networkidle")
    total = 0
    for url in asked:
        if url.startswith(site.address):
            content = (site.folder / urlsplit(url).path.lstrip("/")).read_bytes()
            packed = url.endswith((".woff2", ".png"))
            total += len(content if packed else gzip.compress(content))
    return total


class TestWeight:
    @pytest.mark.parametrize(
        "name", ["homework/1-2-2.html", "homework/1-4-4.html", "api/numeric.html"]
    )
    def test_the_heaviest_pages(self, site: Site, context: BrowserContext, name: str) -> None:
        assert fetched(context.new_page(), site, name) < 300_000

    @pytest.mark.slow
    def test_every_page(self, site: Site, context: BrowserContext) -> None:
        for name in site.pages:
            page = context.new_page()
            assert fetched(page, site, name) < 300_000, name
            page.close()


class TestSearch:
    def test_its_index_is_loaded_when_somebody_searches_and_not_before(
        self, site: Site, context: BrowserContext
    ) -> None:
        asked: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        ready(page, site, STEPPED)
        page.wait_for_load_state("networkidle")
        index = site.address + "search/search_index.json"
        assert index not in asked
        page.locator("input[name=query]").focus()
        page.keyboard.type("mathrm")
        page.wait_for_selector(".md-search-result__item")
        assert asked.count(index) == 1

    def test_formulas_of_its_results_are_rendered(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.locator("input[name=query]").focus()
        page.keyboard.type("mathbb")
        page.wait_for_selector(".md-search-result__item .katex")
        page.wait_for_function(
            r"!document.querySelector('.md-search-result__list').innerHTML.includes('\u2063')"
        )
        assert not page.locator(".md-search-result__item .katex-error").count()
        assert page.locator(".md-search-result__item mark .katex").count()
