"""What tests of the page have in common."""

import contextlib
import json
import os
import pathlib
import unittest

import browser
from scenes import SCENES
from server import Api

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PICTURES = ROOT / "docs/pictures"
REWRITE = os.environ.get("CELLMESH_REWRITE_GOLDENS") == "1"
SETTLED = "document.body.dataset.news === 'live' && document.getElementById('when').textContent.includes(':')"
PREDICTION = {
    "prediction": "p1",
    "valid_ms": 30_000,
    "basis": {"epoch": 1, "down": [], "faults": []},
    "customers": {"lost": 0, "degraded": 269, "untouched": 731, "no_quorum": 0},
    "load": {"factor": 1.33, "hottest": {"cell": "us-east-4", "before": 0.53, "after": 0.71}},
    "late_edges": [],
    "refusals": [],
    "confirm": "click",
    "word": None,
}


class PageTest(unittest.TestCase):
    recordings = {}

    @classmethod
    def setUpClass(cls):
        cls.api = Api(cls.document, cls.policy)
        cls.chromium = browser.Browser()
        cls.chromium.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.chromium.__exit__()
        cls.api.shutdown()

    def setUp(self):
        self.api.asked.clear()
        self.api.answers = {"/v1/pass": {"key": "a-key"}, "/v1/predict": PREDICTION, "/v1/kill": {"targets": []}}

    def recording(self, name):
        if name not in self.recordings:
            self.recordings[name] = SCENES[name]()
        return self.recordings[name]

    def open(self, messages, *size, ticket="#t=once", **features):
        """A tab that shows the end of a recording, at the time of its last tick."""
        self.api.play(messages)
        now = [data["t"] for event, data in messages if event in ("state", "delta")][-1] + 400
        before = (HERE / "recorder.js").read_text().replace("FROZEN", str(now))
        tab = self.chromium.page(*size, before=before, **features)
        self.addCleanup(tab.close)
        tab.go(f"{self.api.address}/ui{ticket}")
        tab.wait(SETTLED)
        self.settle(tab, messages)
        return tab

    def settle(self, tab, messages):
        last = [data["t"] for event, data in messages if event in ("state", "delta")][-1]
        moment = f"new Date({last}).toISOString().slice(11, 19)"
        tab.wait(f"document.getElementById('when').textContent.includes({moment})")
        tab.drawn()

    def shows(self, tab, expression, value):
        """The page comes to show a value: what is drawn follows what is done by a frame or more."""
        with contextlib.suppress(browser.Failure):
            tab.wait(f"({expression}) === {json.dumps(value)}")
        self.assertEqual(tab.run(expression), value)

    def says(self, tab, expression, words):
        """The page comes to show a text that has these words."""
        with contextlib.suppress(browser.Failure):
            tab.wait(f"({expression}).includes({json.dumps(words)})")
        self.assertIn(words, tab.run(expression))

    def is_asked(self, tab, path, body):
        """The page comes to ask this: the headers it asked with. Requests that are under way at the same time come in any order."""
        for _ in range(100):
            for asked in list(self.api.asked):
                if asked[:2] == (path, body):
                    return asked[2]
            tab.drawn()
        self.fail(f"{path} was not asked {body}, but: {[asked[:2] for asked in self.api.asked]}")

    def sound(self, tab):
        self.assertEqual(tab.complaints(), [])
