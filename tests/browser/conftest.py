"""A real browser, if there is one: pages are opened from files, and whatever they ask for or complain of is noted."""

import os
import shutil
from dataclasses import dataclass, field

import pytest

from pipeline.report.explorer import stage

# The shell without windows needs half of the time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass
class Opened:
    """A page in the browser, and what came up since it was opened."""

    page: object
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(CHROMIUM)} is on the path")
    # Chromium has no sandbox for root, which is who runs tests in a container.
    arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=path, args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="session")
def explorer(real_project):
    """The explorer of the real scores."""
    return real_project.root / "outputs" / stage.NAME


@pytest.fixture
def open_file(browser):
    """Open a file in a context of its own; a page that asked for anything else or complained fails its test."""
    opened = []

    def opening(path, *, fragment="", before="", width=1440, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        context.add_init_script(before)
        one = Opened(context.new_page())
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.goto(path.as_uri() + fragment)
        opened.append((path, context, one))
        return one.page

    yield opening
    for path, context, one in opened:
        context.close()
        assert {url.partition("#")[0] for url in one.requests} == {path.as_uri()}
        assert one.complaints == []


def opened(open_file, path, **options):
    """An explorer that shows what its address asks for."""
    found = open_file(path, **options)
    found.locator("html[data-ready]").wait_for(state="attached")
    return found


def each_look(page):
    """The widths of a phone and of a screen, in each theme, once the page has it; it must fit the width."""
    for scheme in ("dark", "light"):
        for width in (390, 1440):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            is_dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 29)"
            assert is_dark == (scheme == "dark")
            yield width
