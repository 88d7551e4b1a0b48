"""The box that checks a derivation in the browser, held against `vaetheory.check`."""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Iterator

import check_mine
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site.conftest import ROOT, Site
from vaetheory import check
from vaetheory.review.deciding import OUT_OF_TIME

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

PAGE = "check-mine.html"
AXE = ROOT / "scripts" / "node" / "node_modules" / "axe-core" / "axe.min.js"
BOX = "[data-widget=check-mine]"
DONE = f"{BOX}:is([data-state=answered], [data-state=broken])"
# Milliseconds, on a machine with nothing else to do; later answers with a margin for one that is
# shared. No run of CI depends on either.
FIRST, LATER = 5_000, 300
MARGIN = 12
# A worker that starts and never answers.
SILENT = "postMessage({ ready: 'memory' });"


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture(scope="module")
def awake(site: Site, context: BrowserContext) -> Page:
    """The page with Python started: for all tests that only ask."""
    page = opened(context.new_page(), site)
    ask(page)
    return page


def opened(page: Page, site: Site) -> Page:
    page.goto(site.address + PAGE)
    page.wait_for_selector(f"{BOX}.check-ready")
    return page


def ask(page: Page, text: str | None = None, key: str | None = None) -> int:
    """Check the text; the milliseconds that it took."""
    page.evaluate(f"delete document.querySelector('{BOX}').dataset.state")
    if text is not None:
        page.locator("#check-mine-text").fill(text)
    if key is None:
        page.get_by_role("button", name="Check", exact=True).click()
    else:
        page.keyboard.press(key)
    return answered(page)


def answered(page: Page) -> int:
    """Wait for the answer; the milliseconds that it took.

    An answer ends when its time is up, which it is on a busy machine before every line is decided
    and each mistake has a name; Python itself may start too late. The next answer goes on from
    there: it is asked for.
    """
    page.wait_for_selector(DONE)
    took = int(page.locator(BOX).get_attribute("data-milliseconds") or -1)
    for _ in range(10):
        stopped = status(page).startswith("stopped:")
        if not stopped and OUT_OF_TIME not in page.locator(".check-verdicts").inner_text():
            break
        page.evaluate(f"delete document.querySelector('{BOX}').dataset.state")
        page.get_by_role("button", name="Check", exact=True).click()
        page.wait_for_selector(DONE)
    return took


def answers(page: Page) -> list[str | None]:
    return [line.get_attribute("data-verdict") for line in page.locator(".check-line").all()]


def status(page: Page) -> str:
    return page.locator(".check-status").inner_text()


class TestAnswers:
    @pytest.mark.parametrize("number", range(len(check_mine.EXAMPLES)))
    def test_every_example_as_the_command(self, number: int, awake: Page) -> None:
        example = check_mine.EXAMPLES[number]
        awake.locator("#check-mine-example").select_option("")
        awake.evaluate(f"delete document.querySelector('{BOX}').dataset.state")
        awake.locator("#check-mine-example").select_option(str(number))
        answered(awake)
        text = (ROOT / "docs" / "examples" / example.file).read_text()
        assert answers(awake) == [line.verdict for line in check(text, example.file).lines]
        assert awake.locator(BOX).get_attribute("data-source") == "memory"

    def test_a_wrong_line_is_shown_with_all_that_is_known(self, awake: Page) -> None:
        line = awake.locator(".check-line.check-fails")
        # The search for a name may run out of time, too, and does not say so.
        for blanks in range(10):
            ask(awake, (ROOT / "docs" / "examples" / "wrong.tex").read_text() + "\n" * blanks)
            said = line.inner_text()
            if "Probably" in said:
                break
        assert "line 4 does not follow" in said
        assert "sign of a term" in said
        assert line.locator("table.world tr").count() >= 5
        assert awake.locator("mark.check-mark-fails").inner_text().startswith(r"\geq")
        line.get_by_role("button").click()
        selected = "t => t.value.slice(t.selectionStart, t.selectionEnd)"
        assert awake.locator("#check-mine-text").evaluate(selected).startswith(r"\geq")

    def test_bad_tex_shows_its_error(self, awake: Page) -> None:
        ask(awake, r"$$\log p(x) = \frac{p(x,z)}{$$")
        assert awake.locator(".check-preview .check-bad").count() == 1
        assert "expected" in awake.locator(".check-preview .check-bad").inner_text()

    def test_text_is_never_markup(self, awake: Page) -> None:
        ask(awake, r"<img src=x onerror='window.hit=1'> $\log p(x) = \href{javascript:x}{1}$")
        assert awake.locator(f"{BOX} img").count() == 0
        assert awake.locator(f"{BOX} a[href^=javascript]").count() == 0
        assert awake.evaluate("window.hit") is None

    def test_a_hint_and_a_goal(self, awake: Page) -> None:
        awake.locator("#check-mine-text").fill(
            (ROOT / "docs" / "examples" / "begun.md").read_text()
        )
        awake.locator("#check-mine-goal").select_option("1.2.1")
        awake.evaluate(f"delete document.querySelector('{BOX}').dataset.state")
        awake.get_by_role("button", name="Hint").click()
        awake.wait_for_selector(DONE)
        awake.wait_for_function(
            "document.querySelector('.check-status').textContent.includes('Hint')"
        )
        assert "Goal 1.2.1" in status(awake)
        awake.locator("#check-mine-goal").select_option("")

    def test_by_keyboard_only(self, awake: Page) -> None:
        awake.locator("#check-mine-text").focus()
        awake.keyboard.press("Control+a")
        awake.keyboard.type("$$\\log p(x) = \\log p(z)$$")
        ask(awake, key="Control+Enter")
        assert answers(awake) == ["fails"]

    @pytest.mark.slow
    def test_later_answers_come_soon(self, awake: Page) -> None:
        right = (ROOT / "docs" / "examples" / "right.tex").read_text()
        ask(awake, right)
        took = [ask(awake, right.replace("dz", "dz" + " " * k)) for k in range(1, 6)]
        assert statistics.median(took) < MARGIN * LATER, took


class TestLoading:
    def test_nothing_before_the_click_and_nobody_else_after_it(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        asked: dict[str, int] = {}
        said: list[str] = []
        page.on("request", lambda request: asked.setdefault(request.url, 0))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        opened(page, site)
        page.wait_for_load_state("networkidle")
        before = set(asked)
        assert not [url for url in before if "python/" in url or "katex.min.js" in url]
        weight = 0
        for url in before:
            file = site.folder / url.removeprefix(site.address).split("?")[0].split("#")[0]
            if file.is_file():
                raw = file.read_bytes()
                weight += min(len(raw), len(gzip.compress(raw)))
        index = (site.folder / "search" / "search_index.json").read_bytes()
        assert weight - len(gzip.compress(index)) < 300_000, weight
        ask(page)
        assert [url for url in asked if "snapshot" in url]
        assert not [u for u in asked if not u.startswith((site.address, "data:", "blob:"))]
        assert not said
        assert "Nothing leaves your browser" in page.locator("article").inner_text()
        page.close()

    def test_a_worker_that_never_answers_is_stopped(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        page.clock.install()
        silent = {"status": 200, "content_type": "text/javascript", "body": SILENT}
        page.route("**/check-worker.js*", lambda route: route.fulfill(**silent))
        opened(page, site)
        page.get_by_role("button", name="Check", exact=True).click()
        page.wait_for_timeout(1500)
        page.clock.fast_forward(11_000)
        page.wait_for_selector(f"{BOX}[data-state=broken]")
        assert "ten seconds" in status(page)
        page.unroute("**/check-worker.js*")
        ask(page)
        assert set(answers(page)) == {"holds"}
        page.close()

    @pytest.mark.slow
    def test_where_the_memory_cannot_be_used_python_starts_from_sources(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        page.route("**/snapshot.bin.gz", lambda route: route.fulfill(status=200, body="broken"))
        opened(page, site)
        ask(page)
        assert page.locator(BOX).get_attribute("data-source") == "sources"
        assert set(answers(page)) == {"holds"}
        page.close()

    @pytest.mark.slow
    def test_on_an_idle_machine_the_first_answer_takes_five_seconds_at_most(
        self, site: Site, context: BrowserContext
    ) -> None:
        took = []
        for _ in range(3):
            page = opened(context.new_page(), site)
            took.append(ask(page))
            page.close()
        assert statistics.median(took) < FIRST, took

    def test_it_survives_instant_navigation(self, site: Site, context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(site.address + "check.html")
        page.evaluate("window.kept = true")
        page.get_by_role("link", name="Check mine, live").first.click()
        page.wait_for_selector(f"{BOX}.check-ready")
        assert page.evaluate("window.kept"), "the page was loaded anew: nothing was tested"
        ask(page)
        assert set(answers(page)) == {"holds"}
        page.close()

    def test_without_javascript_it_names_the_command(self, site: Site, chromium: Browser) -> None:
        plain = chromium.new_context(java_script_enabled=False)
        page = plain.new_page()
        page.goto(site.address + PAGE)
        assert "vaetheory check FILE" in page.locator(BOX).inner_text()
        assert page.locator(".check-example").count() == len(check_mine.EXAMPLES)
        plain.close()


class TestLook:
    @pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
    def test_axe_finds_nothing(self, scheme: str, width: int, awake: Page) -> None:
        ask(awake, (ROOT / "docs" / "examples" / "wrong.tex").read_text())
        awake.set_viewport_size({"width": width, "height": 900})
        awake.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        awake.add_script_tag(path=AXE)
        result = awake.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        found = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in result["violations"]]
        assert found == []
        assert awake.evaluate("document.documentElement.scrollWidth") <= width
