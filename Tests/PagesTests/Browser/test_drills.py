"""Drills, the monkey and load: what is begun and ended from the page, and what is seen of it."""

from case import PREDICTION, PageTest
from mesh import Mesh, at

DRILLS = {
    "drills": [
        {"name": "kill-cell", "title": "A dead cell touches only its customers", "standing": "expired", "unsuited": None},
        {"name": "zone-outage", "title": "A zone goes out", "standing": "never", "unsuited": None},
        {"name": "poison-customer", "title": "One poisons", "standing": "never", "unsuited": "c1 is no poison customer"},
    ]
}
FORESEEN = {
    **PREDICTION,
    "steps": ["kill cell/us-east-1 for 20s: 0 lost, 269 degraded, 731 untouched", "load 2x"],
    "confirm": "type",
    "word": "zone-outage",
}
RUNNING = "document.getElementById('running').innerText.replaceAll('\\u2009', ' ')"


def choose(tab, identifier, value):
    tab.run(
        f"((one, value) => {{ one.value = value; one.dispatchEvent(new Event('change', {{ bubbles: true }})); }})"
        f"(document.getElementById('{identifier}'), '{value}')"
    )


def visible(tab):
    return tab.run(
        "[...document.querySelectorAll('#fault-form input, #fault-form select')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.id.slice(6)).join()"
    )


class DrillsTest(PageTest):
    def test_a_drill_is_run_after_its_prediction(self):
        tab = self.open(self.recording("whole"))
        self.api.answers.update({"/v1/drills": DRILLS, "/v1/predict": FORESEEN})
        tab.press("d")
        tab.wait("document.getElementById('action').open")
        self.shows(tab, "document.getElementById('action-title').textContent", "Run a drill")
        # What this mesh cannot run is not offered.
        options = "[...document.getElementById('fault-kind').options].map((one) => one.value).join()"
        self.shows(tab, options, "kill-cell,zone-outage")
        self.assertEqual(visible(tab), "kind")
        self.says(tab, "document.getElementById('prediction').innerText", "(last: expired)")
        choose(tab, "fault-kind", "zone-outage")
        self.says(tab, "document.getElementById('prediction').innerText", "never run here")
        self.says(tab, "document.getElementById('prediction').innerText", "269 degraded, 731 untouched")
        self.says(tab, "document.getElementById('prediction').innerText", "load 2x")
        self.is_asked(tab, "/v1/predict", {"action": "drill", "targets": ["zone-outage"], "options": {}})
        self.shows(tab, "document.getElementById('action-do').disabled", True)
        tab.run("document.getElementById('action-word').focus()")
        tab.type("zone-outage")
        tab.press("Enter")
        tab.wait("!document.getElementById('action').open")
        headers = self.is_asked(tab, "/v1/drills", {"drill": "zone-outage", "prediction": "p1"})
        self.assertEqual(headers["X-Cellmesh-Key"], "a-key")
        # The form for faults has its fields again.
        tab.run("document.querySelector('.place').focus()")
        tab.press("f")
        tab.wait("document.getElementById('action').open")
        self.assertEqual(visible(tab), "kind,targets,delay,jitter,rate,for")
        self.sound(tab)

    def test_a_drill_is_seen_step_by_step_ended_and_reported(self):
        def happen(second, mesh):
            mesh.drill = {
                "name": "kill-cell", "step": "method", "since": at(5), "outcome": None,
                "detail": "kill: cell/us-east-1 at 1 of 1 processes",
                "claims": [{"name": "taken for dead", "verdict": "met", "text": "410 ms, bound <= 3.0 s"}],
            }

        mesh = Mesh()
        tab = self.open(mesh.record(20, happen))
        self.says(tab, RUNNING, "drill kill-cell")
        self.says(tab, RUNNING, "method · 15 s · kill: cell/us-east-1 at 1 of 1 processes")
        self.says(tab, RUNNING, "✓ taken for dead: 410 ms, bound <= 3.0 s")
        self.shows(tab, "document.getElementById('run-drill').checkVisibility()", False)
        self.api.answers["/v1/drills"] = {"drill": "kill-cell"}
        tab.run("document.querySelector('[data-act=\"stop drill\"]').click()")
        self.is_asked(tab, "/v1/drills", {"stop": True})

        def end(second, mesh):
            happen(second, mesh)
            mesh.drill |= {"outcome": "deviated", "step": "ended", "detail": "not kept: recovery<=10s",
                           "report": "20260301-120000000-kill-cell"}
            mesh.drill["claims"].append({"name": "recovery<=10s", "verdict": "deviated", "text": "12 s, bound <= 10 s"})

        messages = Mesh().record(25, end)
        self.api.play(messages)
        self.settle(tab, messages)
        self.says(tab, RUNNING, "deviated: not kept: recovery<=10s")
        self.says(tab, RUNNING, "✗ recovery<=10s: 12 s, bound <= 10 s")
        link = "document.querySelector('#running a')"
        self.shows(tab, f"{link}.getAttribute('href')", "/v1/reports/20260301-120000000-kill-cell")
        self.shows(tab, "document.querySelector('[data-act=\"stop drill\"]')", None)
        self.shows(tab, "document.getElementById('run-drill').checkVisibility()", True)
        self.sound(tab)

    def test_a_monkey_and_a_load_are_let_loose_and_taken_in(self):
        tab = self.open(self.recording("whole"))
        self.api.answers.update({"/v1/monkey": {}, "/v1/load": {}})
        before = len(self.api.asked)
        tab.run("document.getElementById('run-monkey').click()")
        tab.wait("document.getElementById('action').open")
        self.assertEqual(visible(tab), "rate,least,within,for")
        choose(tab, "fault-rate", "25")
        choose(tab, "fault-within", "mon-fri 09-17; sat")
        self.says(tab, "document.getElementById('prediction').innerText.replaceAll('\\u2009', ' ')",
                  "Each 10 min a region is hit with 25 %")
        self.assertEqual(len(self.api.asked), before)
        self.shows(tab, "document.activeElement.textContent", "Leave it")
        tab.run("document.getElementById('action-do').click()")
        tab.wait("!document.getElementById('action').open")
        rules = {"every_ms": 600_000, "probability": 0.25, "least": 3, "within": ["mon-fri 09-17", "sat"]}
        self.is_asked(tab, "/v1/monkey", {"start": rules})
        tab.run("document.getElementById('run-load').click()")
        tab.wait("document.getElementById('action').open")
        self.assertEqual(visible(tab), "load,for")
        tab.run("document.getElementById('action-do').click()")
        tab.wait("!document.getElementById('action').open")
        self.is_asked(tab, "/v1/load", {"action": "start", "rate": 100, "duration_ms": 300_000})

        def happen(second, mesh):
            mesh.monkey = {"since": at(1), "text": "2 cells killed, 1 spared; draws next at 12:10"}
            mesh.load = {"rate": 100, "sent": 0, "dropped": 0}

        messages = Mesh().record(25, happen)
        self.api.play(messages)
        self.settle(tab, messages)
        self.says(tab, RUNNING, "2 cells killed, 1 spared")
        for act, body in (("monkey", {"stop": True}), ("load", {"action": "stop"})):
            tab.run(f"document.querySelector('[data-act=\"stop {act}\"]').click()")
            self.is_asked(tab, f"/v1/{act}", body)
        self.sound(tab)

    def test_without_a_key_nothing_of_it_is_offered(self):
        def happen(second, mesh):
            mesh.monkey = {"since": at(1), "text": "loose"}

        self.api.answers["/v1/pass"] = {}
        tab = self.open(Mesh().record(20, happen))
        self.says(tab, RUNNING, "loose")
        for name in ("run-drill", "run-monkey", "run-load"):
            self.shows(tab, f"document.getElementById('{name}').checkVisibility()", False)
        self.shows(tab, "document.querySelectorAll('#running button').length", 0)
        tab.press("d")
        tab.drawn()
        self.shows(tab, "document.getElementById('action').open", False)
