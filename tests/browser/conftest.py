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


def new_page(browser, before="", **options):
    context = browser.new_context(**options)
    context.set_default_timeout(10_000)
    context.add_init_script(before)
    return context.new_page()


@pytest.fixture(scope="session")
def tab(browser):
    """A page that tests use one after the other: a new one takes as long as what many of them ask."""
    return new_page(browser)


@pytest.fixture
def open_file(browser, tab):
    """Open a file, as nobody has seen it; a page that asked for anything else or complained fails its test.

    What a page stores stays in its profile: a test that stores asks for one of its own, with `is_alone`.
    """
    opened = []

    def opening(
        path, *, fragment="", before="", is_alone=False, width=1440, height=900, color_scheme="light", **options
    ):
        is_plain = not (opened or before or is_alone or options)
        page = tab if is_plain else new_page(browser, before, **options)
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(media="screen", color_scheme=color_scheme)
        one = Opened(page)
        listeners = {
            "request": lambda request: one.requests.append(request.url),
            "console": lambda message: one.complaints.append(message.text),
            "pageerror": lambda error: one.complaints.append(str(error)),
        }
        for event, listener in listeners.items():
            page.on(event, listener)
        page.goto(path.as_uri() + fragment)
        opened.append((path, listeners, one))
        return page

    yield opening
    for path, listeners, one in opened:
        if one.page is tab:
            for event, listener in listeners.items():
                tab.remove_listener(event, listener)
            assert tab.evaluate("localStorage.length") == 0, "this test must open its file with is_alone=True"
        else:
            one.page.context.close()
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
