"""Takes the pictures of the pages in ``docs/images``: a server of its own, and the samples.

It needs Chromium on the PATH, so ``make pages`` leaves it out; take them anew when a page looks
different. Run from the repository: ``.venv/bin/python -m scripts.page_pictures``.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images"
BREACHES, PASSES, RUNS = "mt5-breaches-daily-loss", "mt5-passes-challenge", "mt4-still-running"
SETTLED_MS = 400
COLOURS = 256


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as it is looked at; ``height`` None takes it whole."""

    name: str
    address: str = "/"
    sample: str = ""
    button: str = "Judge with quotes"
    width: int = 1200
    height: int | None = None
    dark: bool = False


PICTURES = (
    Picture("home"),
    Picture("result", sample=BREACHES, height=2110),
    Picture("result-dark", sample=PASSES, height=1500, dark=True),
    Picture("result-phone", sample=RUNS, width=360, height=1500),
    Picture("unknown", sample=BREACHES, button="Without quotes", height=2240),
    Picture("trades", "trades/?sort=-net", sample=BREACHES, height=700),
    Picture("compare", "compare/", sample=BREACHES, height=760),
    Picture("rulebooks", "/rulebooks/", height=1100),
    Picture("rulebook-dark", "/rulebooks/topstep-express/", height=1400, dark=True),
)
COMPARED = ("ftmo-1-step/challenge", "fundingpips-2-step/student")


def take(page: Page, picture: Picture, server: str) -> None:
    page.goto(server)
    if picture.sample:
        form = page.locator(f"form[action='/samples/{picture.sample}/judge']")
        form.get_by_role("button", name=picture.button).click()
        page.wait_for_url("**/judgements/**")
        if picture.address != "/":
            page.goto(page.url + picture.address)
    elif picture.address != "/":
        page.goto(server + picture.address)
    if picture.name == "compare":
        for terms in COMPARED:
            page.locator(f"input[value='{terms}']").check()
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url("**/compare/?with=*")
    page.wait_for_timeout(SETTLED_MS)
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path, full_page=picture.height is None)
    # A page has few colours; in a palette it is less than half the size.
    flat = Image.open(path).convert("RGB")
    flat.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path)


def shown(browser: Browser, picture: Picture) -> Page:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height or 800},
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
        timezone_id="Europe/London",
    )
    return context.new_page()


@contextmanager
def server() -> Iterator[str]:
    """The address of a Propdesk that is gone afterwards."""
    with socket.socket() as probe, tempfile.TemporaryDirectory(prefix="pictures-") as home:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        process = subprocess.Popen(
            [sys.executable, "-m", "propdesk.boot.cli", "up"],
            env={**os.environ, "PROPDESK_HOME": home, "PROPDESK_PORT": str(port)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            if process.stdout is None or not any("http" in line for line in process.stdout):
                raise SystemExit("Propdesk did not start.")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("These pictures need Chromium on the PATH.")
    with server() as address, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for picture in PICTURES:
            page = shown(browser, picture)
            take(page, picture, address)
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
