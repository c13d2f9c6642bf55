"""What the bench notices in a page: the first canvas with a picture, and a still before it."""

from __future__ import annotations

import json

from playwright.sync_api import Browser

from visits.visit import PICTURE, PROBE

ADDRESS = "http://viewer.example/"
PAGE = """<!doctype html><title>Page</title><div class="viewport"><canvas width="600" height="300"></canvas></div>
<img id="ohifbuild-preview" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='64' height='32'>
<rect width='32' height='32' fill='white'/></svg>"><script>
const viewport = document.querySelector('.viewport');
const context = viewport.firstChild.getContext('2d');
const render = () => viewport.dispatchEvent(new CustomEvent('CORNERSTONE_IMAGE_RENDERED'));
const fill = (colour, x) => { context.fillStyle = colour; context.fillRect(x, 0, 300, 300); };
</script>"""


def seen(browser: Browser, script: str, expected: int) -> tuple[list[str], str]:
    """What the probe reports while a script runs in the page, and the first picture that it kept."""
    page = browser.new_page()
    reports: list[str] = []
    page.expose_function("benchReport", lambda said: reports.append(json.loads(said)["what"]))
    page.add_init_script(PROBE)
    page.route(ADDRESS, lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto(ADDRESS)
    page.evaluate(f"async () => {{ {script}; await new Promise(done => setTimeout(done)) }}")
    page.wait_for_function("count => Object.keys(benchPictures).length >= count", arg=expected)
    picture = page.evaluate(PICTURE, reports[0]) if reports else ""
    page.close()
    return reports, picture


def test_a_canvas_of_one_colour_is_no_image(browser: Browser) -> None:
    assert seen(browser, "render(); fill('black', 0); fill('black', 300); render()", 0) == ([], "")


def test_the_first_picture_on_a_canvas_is_reported_once(browser: Browser) -> None:
    reports, picture = seen(browser, "fill('black', 0); fill('white', 300); render(); render()", 1)
    assert reports == ["image"]
    assert picture.startswith("data:image/png;base64,")


def test_a_still_is_reported_with_its_picture_when_the_page_marks_it(browser: Browser) -> None:
    script = "performance.mark('other'); performance.mark('ohifbuild:preview')"
    reports, picture = seen(browser, script, 1)
    assert reports == ["still"]
    assert picture.startswith("data:image/png;base64,")
