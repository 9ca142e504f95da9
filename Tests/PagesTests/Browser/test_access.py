"""The page for those who do not see it."""

import subprocess
import sys
import zipfile

from case import ROOT, PageTest


def axe():
    """The source of axe-core from PyPI's axe-core-python; nil where it is not to be had."""
    folder = ROOT / ".build/axe"
    if not list(folder.glob("*.whl")):
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), "axe-core-python==0.1.0"],
            timeout=120,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as file:
            return file.read("axe_core_python/axe.min.js").decode()
    return None


class AccessTest(PageTest):
    def test_every_control_has_a_name(self):
        roles = {
            "button",
            "link",
            "textbox",
            "searchbox",
            "combobox",
            "slider",
            "radio",
            "checkbox",
            "spinbutton",
            "dialog",
            "img",
            "region",
            "DisclosureTriangle",
        }
        for name, prepare in (
            ("fault", ""),
            ("thousand-cells", ""),
            ("evacuation", "document.querySelector('.place').click()"),
            ("kill", "document.getElementById('add-fault').click()"),
            ("whole", "document.getElementById('help-open').click()"),
        ):
            tab = self.open(self.recording(name))
            tab.run(prepare)
            tab.drawn()
            nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
            nameless = [
                node["role"]["value"]
                for node in nodes
                if not node.get("ignored")
                and node.get("role", {}).get("value") in roles
                and not node.get("name", {}).get("value")
            ]
            self.assertEqual(nameless, [], name)
            named = sum(node.get("role", {}).get("value") == "button" for node in nodes if not node.get("ignored"))
            self.assertGreater(named, 0 if name in ("kill", "whole") else 5)

    def test_tables_say_what_canvases_show(self):
        tab = self.open(self.recording("kill"))
        tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        tab.run("advance(1)")
        tab.run("window.dispatchEvent(new Event('resize'))")
        tab.wait("document.querySelectorAll('#map-table tbody tr').length === 12")
        self.says(tab, "document.querySelector('#map-table tbody tr').innerText", "down")
        self.shows(tab, "document.querySelectorAll('#customers-table tbody tr').length", 2)
        tab.wait("document.querySelectorAll('#time-table tbody tr').length >= 30")

    def test_axe_finds_nothing_serious(self):
        source = axe()
        if source is None:
            self.skipTest("axe-core-python is not to be had (PyPI)")
        for name, size, prepare in (
            ("fault", (1440, 900), ""),
            ("kill", (1440, 900, "dark"), "document.querySelector('.place').click()"),
            ("evacuation", (390, 844), ""),
            ("disconnected", (1440, 900), ""),
            ("empty", (1440, 900), ""),
            ("whole", (1440, 900), "document.getElementById('add-fault').click()"),
        ):
            tab = self.open(self.recording(name), *size)
            if name == "disconnected":
                self.api.cut()
                tab.wait("document.body.dataset.news === 'none'")
            tab.run(prepare)
            tab.drawn()
            tab.run(source)
            found = tab.run(
                "axe.run().then(({ violations }) => violations.filter((one) => /serious|critical/.test(one.impact))"
                ".map((one) => one.id + ': ' + one.nodes.map((node) => node.target + ' '"
                " + (node.any[0]?.message ?? '')).join('; ')))"
            )
            self.assertEqual(found, [], f"{name} {size}")
