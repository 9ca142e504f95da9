"""Uses the page of a running mesh in Chromium: live.py PROGRAM LOAD-ADDRESS. Prints what it has seen as JSON."""
import json, os, pathlib, signal, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "PagesTests/Browser"))
import browser

PROGRAM = sys.argv[1]
LIVE = "document.body.dataset.news === 'live'"
TEXT = "document.getElementById('{}').textContent"


def cellmesh(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)


def document(*arguments):
    return json.loads(cellmesh(*arguments, "-o", "json").stdout)


def text(tab, place):
    return tab.run(TEXT.format(place))


def comes(tab, expression):
    """Whether an expression comes to hold."""
    try:
        tab.wait(expression)
        return True
    except browser.Failure as failure:
        sys.stderr.write(f"{failure}\n{tab.run('document.body.innerText')[:2000]}\n")
        return False


def figures(tab):
    """Customers as the page has them: observed, and predicted of those that were seen and of all."""
    names = ["lost", "degraded", "untouched"]
    return {name: [text(tab, f"{name}-{column}") for column in ("observed", "seen", "all")] for name in names}


def same(tab):
    """Page and top tell the same of the customers; traffic goes on, so that either may be ahead of the other for a moment."""
    for _ in range(40):
        impact = document("top", "--once")["impact"]
        told = {
            name: [str(impact["observed"][name]), str(impact["of_those_seen"][name]), str(impact["predicted"][name])]
            for name in ("lost", "degraded", "untouched")
        }
        shown = {
            name: [cell.replace("(", "").replace(")", "").replace(" ", "") for cell in cells]
            for name, cells in figures(tab).items()
        }
        # The prediction for all is left out where it is that of those that were seen.
        for name, cells in shown.items():
            cells[2] = cells[2] or told[name][2]
        if told == shown and text(tab, "differ") == "0":
            return impact
    sys.stderr.write(f"{told} {shown} {text(tab, 'differ')}\n")
    return None


def use():
    seen = {}
    with browser.Browser() as chromium:
        tab = chromium.page()
        tab.go(document("dashboard")["address"])
        seen["live"] = comes(tab, f"{LIVE} && {TEXT.format('mesh-state')}.includes('3 of 3')")
        # By keyboard alone: to the map, to the cell, kill, what it says first, yes.
        for _ in range(80):
            tab.press("Tab")
            if tab.run("document.activeElement.className === 'place'"):
                break
        while not tab.run("document.activeElement.getAttribute('aria-label')").startswith("b-1"):
            tab.press("ArrowRight")
        tab.press("Enter")
        seen["drawer"] = comes(tab, f"{TEXT.format('drawer-title')} === 'b-1'")
        tab.press("k")
        ready = "document.getElementById('action').open && !document.getElementById('action-do').disabled"
        seen["asked"] = comes(tab, ready) and comes(tab, f"{TEXT.format('prediction')}.includes('10')")
        tab.press("Tab")
        tab.press("Enter")
        seen["killed"] = comes(tab, f"{TEXT.format('mesh-state')}.includes('2 of 3')")
        seen["told"] = comes(tab, "document.getElementById('events').textContent.includes('b-1')")
        # Every customer has asked by then.
        seen["observed"] = comes(tab, f"{TEXT.format('degraded-observed')}.trim() === '10'")
        impact = same(tab)
        seen["same"] = impact is not None
        seen["impact"] = impact
        # The control plane is killed under the open page, and comes back.
        os.kill(document("status")["control"]["pid"], signal.SIGKILL)
        seen["bar"] = comes(tab, "!document.getElementById('bar').hidden")
        cellmesh("up", "--detach")
        seen["back"] = comes(tab, f"document.getElementById('bar').hidden && {LIVE}")
        # What it may do, it still may.
        if not tab.run("document.getElementById('drawer-title')?.textContent === 'b-1'"):
            tab.press("Escape")
        tab.run("document.getElementById('act-restart').click()")
        comes(tab, f"{TEXT.format('mesh-state')}.includes('3 of 3') || {ready}")
        if tab.run(ready):
            tab.run("document.getElementById('action-do').click()")
        seen["restarted"] = comes(tab, f"{TEXT.format('mesh-state')}.includes('3 of 3')")
        seen["complaints"] = [
            line for line in tab.complaints() if "ERR_" not in line and "Failed to load resource" not in line
        ]
    return seen


print(json.dumps(use()))
