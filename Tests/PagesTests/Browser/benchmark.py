"""What the page costs, beside its budgets: first paint, main thread per tick of a second, heap.

    python3 benchmark.py PAGE POLICY

Says *inconclusive* for times while the machine is busy: noise excuses slowness, and no bytes.
"""

import os
import pathlib
import re
import statistics
import sys
import time

import browser
from mesh import Mesh
from scenes import large
from server import Api

# Where the bytes of the page have their bound.
PAGE = pathlib.Path(__file__).resolve().parents[3] / "Sources/Pages/Page.swift"
# (first paint, first figures, main thread per tick, heap): milliseconds, and megabytes.
BUDGETS = {100: (300, 500, 12, 20), 1000: (300, 900, 25, 60)}
# Ticks that are measured, each a second after the last: all that the main thread does meanwhile counts.
TICKS = 10
REGIONS = ["us-east", "us-west", "eu-west", "eu-north", "ap-south"]


def pressure():
    """Share of the last 10 s in which some task waited for a processor; by the load where the kernel does not say."""
    try:
        words = pathlib.Path("/proc/pressure/cpu").read_text().split()
        return float(words[1].split("=")[1]) / 100
    except OSError:
        return max(0.0, os.getloadavg()[0] / (os.cpu_count() or 1) - 0.5)


def spent(tab):
    """Seconds of the main thread so far, in script, layout, style and painting alike."""
    metrics = {one["name"]: one["value"] for one in tab.call("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"], metrics["JSHeapUsedSize"]


def measure(chromium, api, messages):
    ticks = [(event, data) for event, data in messages if event == "delta"][-TICKS:]
    last = messages.index(ticks[0])
    before = next(place for place, (event, _) in enumerate(messages) if event == "delta")
    head, now = messages[:before], messages[before - 1][1]["t"]
    paints, figures = [], []
    for _ in range(7):
        api.play(head)
        tab = chromium.page(before=f"Date.now = () => {now};")
        tab.go(f"{api.address}/ui")
        tab.wait("document.body.dataset.news === 'live'")
        figures.append(tab.run("performance.now()"))
        paints.append(
            tab.run("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()")
        )
        tab.close()
    # With all of the past.
    api.play(messages[:last])
    now = messages[last - 1][1]["t"]
    tab = chromium.page(before=f"const begun = {now} - performance.now(); Date.now = () => begun + performance.now();")
    tab.call("Performance.enable")
    tab.go(f"{api.address}/ui")
    shown(tab, now)
    tab.call("HeapProfiler.collectGarbage")
    costs = []
    for event, data in ticks:
        begin, _ = spent(tab)
        api.push((event, data))
        time.sleep(1)
        shown(tab, data["t"])
        costs.append((spent(tab)[0] - begin) * 1000)
    tab.call("HeapProfiler.collectGarbage")
    heap = spent(tab)[1]
    tab.close()
    return statistics.median(paints), statistics.median(figures), statistics.median(costs), heap / 1e6


def shown(tab, moment):
    tab.wait(f"document.getElementById('when').textContent.endsWith(':{moment // 1000 % 60:02}')")


def main():
    document = pathlib.Path(sys.argv[1]).read_bytes()
    api = Api(document, pathlib.Path(sys.argv[2]).read_text())
    most = int(re.search(r"mostBytes = (\d+) << 10", PAGE.read_text())[1]) << 10
    print(f"page {len(document)} bytes of {most}")
    failed = len(document) > most
    hundred = Mesh("hundred-cells", REGIONS, cells=100, rate=4000.0).record(900)
    with browser.Browser() as chromium:
        for cells, messages in ((100, hundred), (1000, large(50))):
            found = measure(chromium, api, messages)
            busy = pressure()
            for name, value, most in zip(
                ("first paint ms", "first figures ms", "tick ms", "heap MB"), found, BUDGETS[cells]
            ):
                verdict = "ok" if value <= most else "inconclusive" if busy > 0.1 and "ms" in name else "over"
                failed = failed or verdict == "over"
                print(f"{cells:5} cells  {name:17} {value:8.1f} of {most:4}  {verdict}")
            print(f"{'':12} processors were waited for {busy:.0%} of the time")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
