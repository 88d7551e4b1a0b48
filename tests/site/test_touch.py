"""Things to touch, in Chromium: by pointer, from the keyboard, and without scripts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site.conftest import ROOT, Site
from vaetheory.presentation.touch import gaussian

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

PAGES = {
    "explorer": "models/cvae.html",
    "beta": "homework/1-2-2.html",
    "gumbel": "homework/1-4-4.html",
    "gaussian-kl": "homework/appendix-b.html",
}
AXE = ROOT / "scripts" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SHIPPED = ROOT / "docs" / "results" / "explorer"
EXPLORER = "[data-widget=explorer]"


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    # Without motion, so that a glide has arrived in the next frame.
    made = chromium.new_context(viewport={"width": 1280, "height": 1000}, reduced_motion="reduce")
    yield made
    made.close()


def opened(page: Page, site: Site, name: str) -> Page:
    page.goto(site.address + PAGES[name])
    page.wait_for_selector(f"[data-widget={name}].widget")
    return page


def exploring(page: Page, site: Site) -> Page:
    """The explorer, touched, its weights there."""
    opened(page, site, "explorer")
    page.locator(".explorer-stage").focus()
    page.wait_for_selector(f"{EXPLORER}[data-ready]")
    return page


def place(page: Page) -> tuple[list[float], int]:
    """z and the class."""
    found = page.locator(EXPLORER)
    z = str(found.get_attribute("data-z")).split(",")
    return [float(value) for value in z], int(str(found.get_attribute("data-class")))


def frame(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")


class TestExplorer:
    def test_it_decodes_what_torch_decodes(self, site: Site, context: BrowserContext) -> None:
        """Images to 1e-3, and the picture shown to its 256 levels."""
        page = exploring(context.new_page(), site)
        check = json.loads((SHIPPED / "decoder.json").read_text())["check"]
        found = page.evaluate(
            """async ([z, classes]) => {
              const at = (name) => new URL(`../results/explorer/${name}`, location.href);
              const manifest = await (await fetch(at('decoder.json'))).json();
              const weights = await (await fetch(at('decoder.f16'))).arrayBuffer();
              const decoder = new vaeDecoder.Decoder(manifest, weights);
              return z.map((vector, k) => Array.from(decoder.decode(vector, classes[k])));
            }""",
            [check["z"], check["class"]],
        )
        for image, expected in zip(found, check["image"], strict=True):
            assert max(abs(a - b) for a, b in zip(image, expected, strict=True)) < 1e-3
        page.keyboard.press("ArrowRight")
        frame(page)
        differs = page.evaluate(
            """() => {
              const canvas = document.querySelector('.explorer-decoded canvas');
              const { width, height } = canvas;
              const shown = canvas.getContext('2d').getImageData(0, 0, width, height).data;
              const { decoded } = document.querySelector('[data-widget=explorer]');
              return Math.max(...decoded.map((mean, k) => Math.abs(mean - shown[4 * k + 3] / 255)));
            }"""
        )
        assert differs <= 0.5 / 255 + 1e-6

    def test_keys(self, site: Site, context: BrowserContext) -> None:
        page = exploring(context.new_page(), site)
        for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
            page.keyboard.press(key)
        frame(page)
        z, c = place(page)
        assert z == pytest.approx([0.2, 0.08])
        page.keyboard.press("7" if c != 7 else "1")
        frame(page)
        moved, other = place(page)
        assert moved == z, "a change of class must not change z"
        assert other == (7 if c != 7 else 1)
        assert page.locator(".points .chosen").get_attribute("class") == f"class-{other} chosen"
        page.keyboard.press("Home")
        frame(page)
        assert place(page)[0] == [0, 0]

    def test_dragging(self, site: Site, context: BrowserContext) -> None:
        page = exploring(context.new_page(), site)
        box = page.locator(".explorer-plane").bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        unit = box["width"] * 52 / 400
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + unit, middle[1] + 2 * unit, steps=8)
        page.mouse.up()
        page.mouse.move(middle[0], middle[1])
        frame(page)
        assert place(page)[0] == pytest.approx([1, -2], abs=0.03)

    def test_a_test_digit_brings_its_posterior(self, site: Site, context: BrowserContext) -> None:
        page = exploring(context.new_page(), site)
        digits = json.loads((SHIPPED / "explorer.json").read_text())["digits"]
        mine = [digit for digit in digits if digit["class"] == place(page)[1]]
        page.get_by_role("radio", name="Test digit 4").check(force=True)
        frame(page)
        frame(page)
        assert place(page)[0] == pytest.approx(mine[3]["mean"], abs=1e-6)
        outer = page.locator(".posterior ellipse").last
        width = 52 * mine[3]["scale"][0] * math.sqrt(-2 * math.log(0.1))
        assert float(str(outer.get_attribute("rx"))) == pytest.approx(width, rel=1e-3)

    def test_nothing_is_loaded_before_it_is_touched(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        opened(page, site, "explorer")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "/results/" in url]
        page.locator(".explorer-stage").focus()
        page.wait_for_selector(f"{EXPLORER}[data-ready]")
        assert len([url for url in asked if "/results/explorer/" in url]) == 3
        assert all(url.startswith(site.address) for url in asked if not url.startswith("data:"))

    def test_it_says_when_the_weights_do_not_come(
        self, site: Site, context: BrowserContext
    ) -> None:
        page = context.new_page()
        page.route("**/decoder.f16", lambda route: route.fulfill(status=404))
        opened(page, site, "explorer")
        page.locator(".explorer-stage").focus()
        page.get_by_text("could not be loaded").wait_for()


def weights_agree(page: Page, site: Site) -> None:
    """Each weight has the numbers of the result file."""
    opened(page, site, "beta")
    result = ROOT / "docs" / "results" / "experiments" / "two-terms.json"
    models = json.loads(result.read_text())["data"]["models"]
    page.get_by_role("slider", name="Weight of the KL term").focus()
    page.keyboard.press("Home")
    for name, found in models.items():
        widget = page.locator("[data-widget=beta]")
        assert widget.get_attribute("data-weight") == name
        for key in ("rate", "distortion"):
            mean = math.fsum(found[key]) / len(found[key])
            assert float(str(widget.get_attribute(f"data-{key}"))) == pytest.approx(mean)
        page.keyboard.press("ArrowRight")


def temperature_agrees(page: Page, site: Site) -> None:
    """Cold: one-hot, mean π. Hot: in the middle. The largest entry follows π at either."""
    opened(page, site, "gumbel")
    page.get_by_role("slider", name="Temperature").focus()
    found = {}
    for key in ("Home", "End"):
        page.keyboard.press(key)
        frame(page)
        data = page.locator("[data-widget=gumbel]")
        found[key] = {
            name: [float(v) for v in str(data.get_attribute(f"data-{name}")).split(",")]
            for name in ("tau", "mean", "share", "hard")
        }
    assert found["Home"]["tau"] == pytest.approx([0.05])
    assert found["End"]["tau"] == pytest.approx([20])
    # 500 samples from a fixed seed: five standard deviations of a share.
    assert found["Home"]["share"] == pytest.approx([0.6, 0.3, 0.1], abs=0.11)
    assert found["End"]["share"] == found["Home"]["share"]
    assert found["Home"]["mean"] == pytest.approx(found["Home"]["share"], abs=0.05)
    assert found["End"]["mean"] == pytest.approx([1 / 3] * 3, abs=0.05)
    assert found["Home"]["hard"][0] > 0.7
    assert found["End"]["hard"] == [0]


def gaussian_agrees(page: Page, site: Site) -> None:
    """The handles move μ and σ; the closed form is Python's, the estimate within five errors."""
    opened(page, site, "gaussian-kl")
    widget = page.locator("[data-widget=gaussian-kl]")
    widget.evaluate("widget => widget.scrollIntoView({ block: 'center' })")
    for handle, by in ((".handle-sigma", 1.0), (".handle-mu", -2.0)):
        box = page.locator(handle).bounding_box()
        drawing = page.locator(".gaussian-densities").bounding_box()
        assert box is not None
        assert drawing is not None
        unit = drawing["width"] * 42.8 / 440
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + by * unit, y - 20, steps=6)
        page.mouse.up()
    page.wait_for_function("() => document.querySelector('.gaussian').dataset.n === '20000'")
    exact = gaussian.divergence(-1.0, 1.5)
    shown = {k: float(str(widget.get_attribute(f"data-{k}"))) for k in ("exact", "mean", "half")}
    assert shown["exact"] == pytest.approx(exact, abs=1e-9)
    # The interval is 2.58 standard errors wide to each side.
    assert shown["mean"] == pytest.approx(exact, abs=2 * shown["half"])
    # Its width is that of a normal sample of this size, to a few percent.
    spread = math.sqrt(0.5 * (1.5**2 - 1) ** 2 + (-1.0 * 1.5) ** 2)
    assert shown["half"] == pytest.approx(2.576 * spread / math.sqrt(20000), rel=0.05)


AGREEMENTS = {
    "beta.js": weights_agree,
    "gumbel.js": temperature_agrees,
    "gaussian-kl.js": gaussian_agrees,
}
FAULTS = [
    ("beta.js", "stop.distortion[0]", "stop.rate[0]"),
    ("beta.js", "weight: stop.name", "weight: stop.rate[0]"),
    ("gumbel.js", "Math.log(p) + draw()", "p + draw()"),
    ("gumbel.js", "(score - most) / tau", "(score - most) * tau"),
    ("gaussian-kl.js", "0.5 * (mu ** 2 + sigma ** 2 - 1", "(mu ** 2 + sigma ** 2 - 1"),
    ("gaussian-kl.js", "0.5 * noise ** 2 + 0.5 * z ** 2", "0.5 * noise ** 2 + z ** 2"),
    ("gaussian-kl.js", "- mean ** 2, 0) / this.n", "- mean ** 2, 0)"),
]


class TestOthers:
    @pytest.mark.parametrize("script", AGREEMENTS)
    def test_their_numbers(self, script: str, site: Site, context: BrowserContext) -> None:
        AGREEMENTS[script](context.new_page(), site)

    @pytest.mark.parametrize(("script", "right", "wrong"), FAULTS)
    def test_a_planted_fault_is_seen(
        self, script: str, right: str, wrong: str, site: Site, context: BrowserContext
    ) -> None:
        source = (ROOT / "docs" / "assets" / script).read_text()
        assert right in source
        page = context.new_page()
        page.route(
            f"**/assets/{script}",
            lambda route: route.fulfill(
                body=source.replace(right, wrong), content_type="text/javascript"
            ),
        )
        with pytest.raises(AssertionError):
            AGREEMENTS[script](page, site)


class TestEveryWhere:
    def test_they_survive_instant_navigation(self, site: Site, context: BrowserContext) -> None:
        page = opened(context.new_page(), site, "beta")
        page.evaluate("window.kept = true")
        page.locator("nav a[href$='1-4-4.html']").first.click()
        page.wait_for_selector("[data-widget=gumbel].widget")
        assert page.evaluate("window.kept"), "the page was loaded anew: nothing was tested"
        assert page.locator(".touch-slider").count() == 1

    @pytest.mark.parametrize("name", PAGES)
    def test_what_stands_for_them_goes_and_comes_back_on_paper(
        self, name: str, site: Site, context: BrowserContext
    ) -> None:
        page = opened(context.new_page(), site, name)
        still = page.locator(f"[data-widget={name}] .touch-still").first
        assert not still.is_visible()
        page.emulate_media(media="print")
        assert still.is_visible()

    @pytest.mark.parametrize("name", PAGES)
    def test_without_javascript(self, name: str, site: Site, chromium: Browser) -> None:
        plain = chromium.new_context(java_script_enabled=False)
        page = plain.new_page()
        page.goto(site.address + PAGES[name])
        still = page.locator(f"[data-widget={name}]")
        assert still.locator("svg").first.is_visible()
        assert still.locator(".touch-still").first.is_visible()
        assert still.locator("input, button").count() == 0
        plain.close()

    @pytest.mark.parametrize(
        ("scheme", "width"),
        [
            ("dark", 390),
            *(
                pytest.param(*dress, marks=pytest.mark.slow)
                for dress in (("light", 1280), ("dark", 1280), ("light", 390))
            ),
        ],
    )
    def test_axe_and_the_console_are_silent(
        self, scheme: str, width: int, site: Site, chromium: Browser
    ) -> None:
        view = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = view.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        found = []
        for name in PAGES:
            exploring(page, site) if name == "explorer" else opened(page, site, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.add_script_tag(path=AXE)
            result = page.evaluate(
                "axe.run('[data-widget].widget', { resultTypes: ['violations'] })"
            )
            found += [
                f"{name}: {v['id']}: {v['nodes'][0]['html'][:120]}" for v in result["violations"]
            ]
        view.close()
        assert found == []
        assert said == []
