"""The built site as a reader meets it: pages, links, stepping, and nothing asked of other hosts."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site.conftest import ROOT, Site
from vaetheory import theorems

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

KEYS = ("1-1-1", "1-1-2", "1-2-1", "1-2-2", "1-2-3", "1-3-1", "1-3-2", "appendix-b", "eq-2",
        "1-4-1", "1-4-2", "1-4-3", "1-4-4", "hand-in")  # fmt: skip
STEPPED = "homework/1-1-1.html"
NAME = "elbo-identity"
LINES = len(theorems.get(NAME).derivation.steps) + 1
# Pages of every kind: front, question, short answer, table, model, reference, API.
SAMPLE = ("index.html", STEPPED, "homework/1-4-4.html", "theorems.html", "models/cvae.html",
          "references.html", "rules.html", "side-by-side.html", "notation.html",
          "api/models.html")  # fmt: skip
# Those of them, and the pages with things to touch, that differ most: for every run of the tests.
FEW = ("index.html", STEPPED, "homework/1-2-2.html", "models/cvae.html", "check-mine.html",
       "theorems.html")  # fmt: skip
AXE = ROOT / "scripts" / "node" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def shown(page: Page) -> list[str]:
    """The identifiers of the lines of the derivation that can be seen."""
    steps = page.locator(f"#{NAME} .step").all()
    return [str(step.get_attribute("id")) for step in steps if step.is_visible()]


def lines(count: int) -> list[str]:
    return [f"{NAME}-{number}" for number in range(1, count + 1)]


def ready(page: Page, site: Site, path: str) -> Page:
    """The page, loaded, its script run."""
    page.goto(site.address + path)
    page.evaluate("document.fonts.ready")
    if page.locator(".derivation").count():
        page.wait_for_selector(".derivation.stepping")
    return page


class TestBuild:
    def test_it_is_strict_and_quiet(self, site: Site) -> None:
        assert "WARNING" not in site.output
        assert "Documentation built" in site.output

    def test_every_row_of_the_homework_has_a_page(self, site: Site) -> None:
        assert {f"homework/{key}.html" for key in KEYS} <= set(site.pages)
        assert {"models/vae.html", "models/cvae.html"} <= set(site.pages)

    def test_every_theorem_has_a_page_and_stands_in_the_table(self, site: Site) -> None:
        table = (site.folder / "theorems.html").read_text()
        for name in theorems.names():
            assert f"theorems/{name}.html" in site.pages
            assert f'id="theorem-{name}"' in table

    def test_mathematics_needs_no_script(self, site: Site) -> None:
        page = (site.folder / STEPPED).read_text()
        assert page.count("<math ") > 20
        assert not re.search(
            r"\$[^$]*\\[a-z]+[^$]*\$", re.sub(r"<pre.*?</pre>", "", page, flags=re.S)
        )

    def test_links_stay_on_the_site_and_lead_somewhere(self, site: Site) -> None:
        """MkDocs checks the links that it reads; this checks those of the finished pages."""
        broken = []
        ids: dict[Path, set[str]] = {}
        for name in site.pages:
            page = site.folder / name
            for link in re.findall(r'<a [^>]*href="([^"]*)"', page.read_text()):
                parts = urlsplit(link)
                if parts.scheme or not (parts.path or parts.fragment):
                    continue
                target = (page.parent / parts.path).resolve() if parts.path else page
                if not target.is_file():
                    broken.append(f"{name}: {link}")
                elif parts.fragment and target.suffix == ".html":
                    if target not in ids:
                        ids[target] = set(re.findall(r'\bid="([^"]*)"', target.read_text()))
                    if parts.fragment not in ids[target]:
                        broken.append(f"{name}: {link}")
        assert not [b for b in broken if not b.startswith("404.html")]

    def test_the_search_finds_tex_and_names_and_carries_no_source(self, site: Site) -> None:
        index = json.loads((site.folder / "search" / "search_index.json").read_text())
        texts = {section["location"]: section["text"] for section in index["docs"]}
        assert r"\mathrm{KL}\left[q(z\mid x)" in texts["homework/1-1-1.html#derivation"]
        assert "<math" not in texts["homework/1-1-1.html#derivation"]
        assert "Kingma" in texts["api/models.html#vaemodels.objectives.elbo"]
        assert "model.posterior" not in texts["api/models.html#vaemodels.objectives.elbo"]

    def test_pages_are_light(self, site: Site) -> None:
        """HTML and pictures set into it, compressed, below 200 kB: API pages included."""
        for name in site.pages:
            assert len(gzip.compress((site.folder / name).read_bytes())) < 200_000, name


class TestNothingElse:
    def test_no_page_asks_another_host_or_complains(
        self, site: Site, context: BrowserContext
    ) -> None:
        asked: set[str] = set()
        said: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        for name in SAMPLE:
            ready(page, site, name)
            page.wait_for_load_state("networkidle")
        elsewhere = {u for u in asked if not u.startswith((site.address, "data:", "blob:"))}
        assert not elsewhere
        assert not said
        assert any(url.endswith(".woff2") for url in asked)

    def test_a_request_to_another_host_would_be_seen(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.route("https://fonts.example/**", lambda route: route.abort())
        ready(page, site, STEPPED)
        page.evaluate("fetch('https://fonts.example/a.css', { mode: 'no-cors' }).catch(() => 0)")
        assert "https://fonts.example/a.css" in asked


class TestStepping:
    def test_buttons(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        assert shown(page) == lines(1)
        for count in range(2, LINES + 1):
            page.get_by_role("button", name="Next line").click()
            assert shown(page) == lines(count)
        assert page.get_by_role("button", name="Next line").is_disabled()
        assert page.get_by_role("status").first.text_content() == f"Line {LINES} of {LINES}"
        page.get_by_role("button", name="Previous line").click()
        assert shown(page) == lines(LINES - 1)

    def test_keys(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.locator(f"#{NAME}").scroll_into_view_if_needed()
        page.locator(f"#{NAME}").evaluate("block => block.scrollIntoView({ block: 'center' })")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert shown(page) == lines(3)
        page.keyboard.press("ArrowLeft")
        assert shown(page) == lines(2)

    def test_keyboard_only(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.get_by_role("button", name="Next line").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("End")
        assert shown(page) == lines(LINES)
        page.keyboard.press("Home")
        assert shown(page) == lines(1)

    def test_keys_do_not_step_while_searching(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.locator(f"#{NAME}").scroll_into_view_if_needed()
        page.locator("input[name=query]").focus()
        page.keyboard.press("ArrowRight")
        assert shown(page) == lines(1)

    def test_all_lines_and_back(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.get_by_role("button", name="All lines").click()
        assert shown(page) == lines(LINES)
        page.reload()
        page.wait_for_selector(".derivation.stepping")
        assert shown(page) == lines(LINES)
        page.get_by_role("button", name="One line at a time").click()
        assert shown(page) == lines(1)

    def test_a_link_to_a_line(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, f"{STEPPED}#{NAME}-4")
        assert shown(page) == lines(4)
        page.get_by_role("button", name="Next line").click()
        assert page.url.endswith(f"#{NAME}-5")

    def test_why_unfolds_the_rule(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, f"{STEPPED}#{NAME}-2")
        why = page.locator(f"#{NAME}-2 details.why")
        assert not why.locator("p").first.is_visible()
        why.locator("summary").click()
        assert why.locator("p").first.is_visible()

    def test_swipe(self, site: Site, chromium: Browser) -> None:
        phone = chromium.new_context(
            viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
        )
        page = ready(phone.new_page(), site, STEPPED)
        swipe = """([from, to]) => {
          const target = document.querySelector('.derivation .stepper-status');
          const at = (x) => new Touch({ identifier: 1, target, clientX: x, clientY: 100 });
          const fire = (type, x) => target.dispatchEvent(new TouchEvent(type, {
            bubbles: true, touches: type === 'touchend' ? [] : [at(x)], changedTouches: [at(x)],
          }));
          fire('touchstart', from); fire('touchend', to);
        }"""
        page.evaluate(swipe, [300, 100])
        assert shown(page) == lines(2)
        page.evaluate(swipe, [100, 300])
        assert shown(page) == lines(1)
        page.evaluate(swipe, [100, 90])
        assert shown(page) == lines(1)
        phone.close()

    def test_it_survives_instant_navigation(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, "homework/1-2-1.html")
        page.evaluate("window.kept = true")
        page.get_by_role("link", name="1.1.1 The ELBO identity").first.click()
        page.wait_for_selector(f"#{NAME}.stepping")
        assert page.evaluate("window.kept"), "the page was loaded anew: nothing was tested"
        page.get_by_role("button", name="Next line").click()
        assert shown(page) == lines(2)
        assert page.locator(".stepper").count() == 1

    def test_it_steps_where_the_page_is_opened_as_a_file(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        page.goto((site.folder / STEPPED).as_uri())
        page.wait_for_selector(f"#{NAME}.stepping")
        page.get_by_role("button", name="Next line").click()
        assert shown(page) == lines(2)

    def test_without_javascript_everything_is_visible(self, site: Site, chromium: Browser) -> None:
        plain = chromium.new_context(java_script_enabled=False)
        page = plain.new_page()
        page.goto(site.address + STEPPED)
        assert shown(page) == lines(LINES)
        assert page.locator(".stepper").count() == 0
        plain.close()

    def test_on_paper_everything_is_visible(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        assert shown(page) == lines(1)
        page.emulate_media(media="print")
        assert shown(page) == lines(LINES)
        assert not page.locator(".stepper").is_visible()


class TestWhatIf:
    def test_a_mistake_in_the_place_of_the_last_line_breaks_checks(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = ready(context.new_page(), site, STEPPED)
        switch = page.get_by_label("What if the last line had this mistake")
        result = page.locator(".what-if-result")
        for mistake in theorems.get(NAME).mistakes:
            switch.select_option(label=mistake.name.replace("-", " "))
            assert shown(page) == lines(LINES)
            assert "checks break" in str(result.text_content())
            assert result.locator("tr.breaks").count() >= 2
            assert result.locator(".number").first.is_visible()
        page.get_by_role("button", name="Previous line").click()
        assert switch.input_value() == ""
        assert result.text_content() == ""

    def test_the_keyboard_alone_switches(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.get_by_label("What if the last line had this mistake").focus()
        page.keyboard.press("ArrowDown")
        first = theorems.get(NAME).mistakes[0].name.replace("-", " ")
        assert first in str(page.locator(".what-if-result").text_content())

    def test_without_javascript_the_cases_unfold(self, site: Site, chromium: Browser) -> None:
        plain = chromium.new_context(java_script_enabled=False)
        page = plain.new_page()
        page.goto(site.address + STEPPED)
        cases = page.locator(f"#{NAME}-what-if .what-if-case")
        assert not cases.first.is_visible()
        page.get_by_text("What if the last line were wrong?").click()
        assert cases.count() == len(theorems.get(NAME).mistakes)
        assert cases.last.is_visible()
        plain.close()


class TestUnfolding:
    def test_a_badge_opens_the_figures_behind_it(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, f"{STEPPED}#{NAME}-3")
        behind = page.locator(f"#{NAME}-3 .behind")
        behind.locator(".badge-exact").click()
        assert re.search(r"\d+ worlds", str(behind.locator("dl").text_content()))
        assert behind.locator("dl").is_visible()

    def test_a_density_says_its_name(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.locator(".statement [data-n=posterior]").first.hover()
        tip = page.locator(".notation-tip")
        assert tip.text_content() == "approximate posterior: the encoder"
        page.keyboard.press("Escape")
        assert not tip.is_visible()
        page.get_by_text("What the densities are in a VAE").click()
        assert "approximate posterior" in str(page.locator(".legend dl").text_content())


class TestTouch:
    @pytest.mark.parametrize(
        ("mu", "sigma"),
        [
            (-2.5, 2.0),
            *(pytest.param(*at, marks=pytest.mark.slow) for at in ((1, 0.5), (0, 1), (0.5, 0.2))),
        ],
    )
    def test_the_gaussian_divergence(
        self, mu: float, sigma: float, site: Site, context: BrowserContext
    ) -> None:
        """The closed form to rounding; the estimate, from a fixed seed, within its interval."""
        page = ready(context.new_page(), site, "homework/appendix-b.html")
        widget = page.locator("[data-widget=gaussian-kl].widget")
        for slider, value in zip(widget.locator("input").all(), (mu, sigma), strict=True):
            slider.fill(str(value))
        page.wait_for_function("() => document.querySelector('.widget').dataset.n === '20000'")
        found = {
            key: float(str(widget.get_attribute(f"data-{key}")))
            for key in ("exact", "mean", "half")
        }
        exact = 0.5 * (mu**2 + sigma**2 - 1 - math.log(sigma**2))
        assert found["exact"] == pytest.approx(exact, abs=1e-12)
        assert abs(found["mean"] - exact) <= found["half"]
        assert found["half"] < 0.1

    def test_without_javascript_it_says_what_would_stand_there(
        self, site: Site, chromium: Browser
    ) -> None:
        plain = chromium.new_context(java_script_enabled=False)
        page = plain.new_page()
        page.goto(site.address + "homework/appendix-b.html")
        assert "With JavaScript" in str(page.locator("[data-widget]").text_content())
        plain.close()


class TestLook:
    @pytest.mark.parametrize(
        ("scheme", "width", "names"),
        [
            ("light", 1280, FEW),
            ("dark", 390, FEW[1:5]),
            *(
                pytest.param(scheme, width, names, marks=pytest.mark.slow)
                for scheme, width, names in (
                    ("light", 1280, [name for name in SAMPLE if name not in FEW]),
                    ("dark", 1280, FEW[1:5]),
                    ("light", 390, FEW[1:5]),
                )
            ),
        ],
        ids=["light", "narrow and dark", "light, the others", "dark", "narrow"],
    )
    def test_axe_finds_nothing(
        self, scheme: str, width: int, names: Sequence[str], site: Site, chromium: Browser
    ) -> None:
        view = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = view.new_page()
        found = []
        for name in names:
            ready(page, site, name)
            for toggle in page.get_by_role("button", name="All lines").all():
                toggle.click()
            page.add_script_tag(path=AXE)
            result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            found += [
                f"{name}: {violation['id']}: {violation['nodes'][0]['html'][:160]}"
                for violation in result["violations"]
            ]
        view.close()
        assert found == []

    def test_axe_would_find_something(self, site: Site, context: BrowserContext) -> None:
        page = ready(context.new_page(), site, STEPPED)
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
        page.add_script_tag(path=AXE)
        result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert "image-alt" in [violation["id"] for violation in result["violations"]]
