"""Measures a large video on a slow line: its first picture, a seek to its end, and the memory that the browser takes.

    python bench/video.py [--version 3.12.0] [--megabytes 200] [--megabits 50] [--runs 5] [--whole]

Needs Chromium, and ffmpeg, which makes the video: H.264 of 8 Mbit/s with a keyframe each second, and its index at its
end. The archive needs the token, knows ranges, and answers after 20 ms. The page is the viewer's with its first script,
without OHIF. `--whole` builds the viewer with `media_streaming = false`. Memory is that of all of Chromium's processes
(PSS), after the seek and less what they had before the video.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from aiohttp import web
from playwright.sync_api import sync_playwright

from ohifbuild.core.console import SilentReporter
from ohifbuild.server.static_files import StaticFiles
from ohifbuild.verification.browser import find_browser

LOADS = re.compile(r"<script\b[^>]*\bsrc=[^>]*></script>|<link\b[^>]*>")
VIDEO = "/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5/rendered"
SECONDS_OF_CLIP = 20
PLAY = """async url => {
  const video = Object.assign(document.createElement('video'), { muted: true });
  const once = name => new Promise((done, failed) => {
    video.addEventListener(name, done, { once: true });
    video.addEventListener('error', failed, { once: true });
  });
  const began = performance.now();
  let ready = once('loadeddata');
  video.src = url;
  await ready;
  const shown = performance.now();
  ready = once('seeked');
  video.currentTime = video.duration - 1;
  await ready;
  window.playing = video;
  return [(shown - began) / 1000, (performance.now() - shown) / 1000];
}"""


def make_video(path: Path, megabytes: int) -> None:
    """A clip of noise at 1 MB each second, as often as needed."""
    clip = path.with_name("clip.mp4")
    source = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25", "-t", str(SECONDS_OF_CLIP)]
    rate = [word for name in ("b:v", "minrate", "maxrate", "bufsize") for word in (f"-{name}", "8M")]
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-x264-params", "nal-hrd=cbr", "-g", "25"]
    coding += ["-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *coding, *rate, clip], check=True)
    loops = str(max(0, round(megabytes / SECONDS_OF_CLIP) - 1))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", loops, "-i", clip, "-c", "copy", path], check=True)


def archive(video: Path, megabits: float) -> web.Application:
    """An archive with one video, behind one line for all of its answers."""
    size, free = video.stat().st_size, [0.0]

    async def rendered(request: web.Request) -> web.StreamResponse:
        if request.headers.get("token") != "t":
            return web.Response(status=401)
        found = re.match(r"bytes=(\d+)-(\d*)$", request.headers.get("Range", ""))
        start, end = (int(found[1]), min(int(found[2] or size), size - 1)) if found else (0, size - 1)
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes", "Content-Length": str(end + 1 - start)}
        if found:
            headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        await asyncio.sleep(0.02)
        response = web.StreamResponse(status=206 if found else 200, headers=headers)
        await response.prepare(request)
        with video.open("rb") as file:
            file.seek(start)
            for at in range(start, end + 1, 1 << 15):
                piece = file.read(min(1 << 15, end + 1 - at))
                free[0] = max(free[0], time.monotonic()) + len(piece) * 8 / (megabits * 1e6)
                await asyncio.sleep(free[0] - time.monotonic() - 0.005)
                try:
                    await response.write(piece)
                except ConnectionError:  # the browser wants no more of it
                    return response
        return response

    app = web.Application()
    app.router.add_get("/dicom-web/{rest:.*}", rendered)
    return app


def served(app: web.Application) -> str:
    """The address at which a thread serves the application until the program ends."""
    loop, runner = asyncio.new_event_loop(), web.AppRunner(app)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    port = loop.run_until_complete(start())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return f"http://127.0.0.1:{port}"


def megabytes_of(folder: Path) -> float:
    """PSS of the browser's processes: those that name its profile, and their children."""
    parents, marked = {}, set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parents[process.name] = re.search(r"PPid:\s+(\d+)", (process / "status").read_text())[1]  # type: ignore[index]
            if str(folder) in (process / "cmdline").read_text():
                marked.add(process.name)
        except (OSError, TypeError):
            continue
    for _ in range(4):
        marked |= {child for child, parent in parents.items() if parent in marked}
    total = 0
    for number in marked:
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path("/proc", number, "smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) if found else 0
        except OSError:
            continue
    return total / 1024


def run(base: str, program: Path) -> tuple[float, float, float]:
    """Seconds to the first picture, seconds of the seek, and megabytes."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(profile, executable_path=program, args=["--no-sandbox"])
        page = context.new_page()
        page.goto(f"{base}/viewer?StudyInstanceUIDs=1.2.3&token=t")
        page.wait_for_function("window[Symbol.for('ohifbuild')]?.link().status === 'ready'")
        before = megabytes_of(Path(profile))
        page.set_default_timeout(300_000)
        shown, sought = page.evaluate(PLAY, VIDEO)
        used = megabytes_of(Path(profile)) - before
        context.close()
    return shown, sought, used


def main() -> None:
    """Measures and prints the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="3.12.0")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--megabits", type=float, default=50)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dist, page, video = Path(folder, "dist"), Path(folder, "page"), Path(folder, "video.mp4")
        flags = ["--from", "published", "--no-verify", *(["--no-media-streaming"] if options.whole else [])]
        program = Path(sys.executable).with_name("ohifbuild")
        command = [program, "build", "--version", options.version, *flags, "--output", dist]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        page.mkdir()
        (page / "index.html").write_text(LOADS.sub("", (dist / "index.html").read_text(encoding="utf-8")))
        for worker in dist.glob("ohifbuild-media.js"):
            shutil.copy(worker, page)
        make_video(video, options.megabytes)
        app = archive(video, options.megabits)
        app.router.add_get("/{rest:.*}", StaticFiles(page, "/").handle)
        base, browser = served(app), find_browser(SilentReporter())
        figures = [run(base, browser.executable) for _ in range(options.runs)]
        names = ("first picture, s", "seek to the end, s", "memory, MB")
        print(f"{video.stat().st_size / 1e6:.0f} MB at {options.megabits:g} Mbit/s, {options.runs} runs: median, worst")
        for name, values in zip(names, zip(*figures, strict=True), strict=True):
            print(f"{name:<20} {statistics.median(values):8.2f} {max(values):8.2f}")


if __name__ == "__main__":
    main()
