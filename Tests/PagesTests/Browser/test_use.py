"""What one does with the page."""

import pictures
from case import PICTURES, PREDICTION, REWRITE, PageTest
from mesh import Mesh
from scenes import kill


class UseTest(PageTest):
    def test_kill_by_keyboard_alone(self):
        mesh = Mesh()
        tab = self.open(mesh.record(20))
        for _ in range(60):
            tab.press("Tab")
            if tab.run("document.activeElement.className === 'place'"):
                break
        self.says(tab, "document.activeElement.getAttribute('aria-label')", "us-east-1: serving")
        tab.press("ArrowRight")
        tab.press("Enter")
        tab.wait("document.activeElement.id === 'drawer-title'")
        self.shows(tab, "document.getElementById('drawer-title').textContent", "us-east-2")
        tab.press("k")
        tab.wait("document.getElementById('action').open && !document.getElementById('action-do').disabled")
        self.shows(tab, "document.activeElement.textContent", "Keep it running")
        path, body, _ = self.api.asked[-1]
        self.assertEqual(
            (path, body),
            ("/v1/predict", {"action": "kill", "targets": ["cell/us-east-2"], "options": {"for_ms": None}}),
        )
        self.says(tab, "document.getElementById('prediction').innerText", "269")
        tab.press("Tab")
        self.shows(tab, "document.activeElement.textContent", "Kill us-east-2")
        tab.press("Enter")
        tab.wait("!document.getElementById('action').open")
        path, body, headers = self.api.asked[-1]
        self.assertEqual((path, body["targets"], body["prediction"]), ("/v1/kill", ["cell/us-east-2"], "p1"))
        self.assertEqual(headers["X-Cellmesh-Key"], "a-key")
        self.assertEqual(headers["Origin"], self.api.address)
        # What then comes by the feed is said, too.
        tab.run("advance(10_000)")
        more = mesh.record(23, lambda second, of: kill(of, second, 21, "us-east-2"))
        self.api.play(more)
        tab.wait("document.getElementById('drawer-state').textContent.startsWith('× down')")
        tab.press("Escape")
        tab.wait("document.activeElement.className === 'place'")
        self.sound(tab)

    def test_what_loses_somebody_wants_its_name_typed(self):
        self.api.answers["/v1/predict"] = {
            **PREDICTION,
            "customers": {"lost": 17, "degraded": 547, "untouched": 436, "no_quorum": 129},
            "confirm": "type",
            "word": "us-east-1",
        }
        tab = self.open(self.recording("poison"))
        tab.run("document.querySelector('.place').focus()")
        tab.press("k")
        tab.wait("!document.getElementById('action-type').hidden")
        self.shows(tab, "document.getElementById('action-do').disabled", True)
        tab.run("document.getElementById('action-word').focus()")
        tab.type("us-east-2")
        tab.press("Enter")
        self.shows(tab, "document.getElementById('action-do').disabled", True)
        tab.run("document.getElementById('action-word').value = ''")
        tab.type("us-east-1")
        if REWRITE:
            pictures.write(PICTURES / "prediction.png", tab.picture(whole=False))
        tab.press("Enter")
        tab.wait("!document.getElementById('action').open")
        self.assertEqual(self.api.asked[-1][0], "/v1/kill")

    def test_a_prediction_of_the_past_is_made_anew(self):
        tab = self.open(self.recording("whole"))
        self.api.answers["/v1/kill"] = lambda body: (
            409,
            {"type": "stale-prediction", "detail": "the mesh has changed"},
        )
        tab.run("document.querySelector('.place').focus()")
        tab.press("k")
        tab.wait("!document.getElementById('action-do').disabled")
        self.api.answers["/v1/predict"] = {
            **PREDICTION,
            "prediction": "p2",
            "refusals": [{"code": "halted", "detail": "a halt is in force"}],
        }
        tab.run("document.getElementById('action-do').click()")
        tab.wait("document.getElementById('action-note').textContent.includes('has changed')")
        tab.wait("document.getElementById('prediction').innerText.includes('a halt is in force')")
        self.shows(tab, "document.getElementById('action-do').disabled", True)

    def test_the_ticket_is_wiped_and_without_a_key_nothing_is_offered(self):
        tab = self.open(self.recording("whole"))
        self.assertEqual(tab.run("location.hash + history.length"), "" + str(tab.run("history.length")))
        self.assertEqual(self.api.asked[0][:2], ("/v1/pass", {"ticket": "once"}))
        self.shows(tab, "sessionStorage.getItem('cellmesh-key')", "a-key")
        self.api.answers["/v1/pass"] = {}
        reader = self.open(self.recording("whole"))
        reader.drawn()
        visible = reader.run(
            "[...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).map((one) => one.id)"
        )
        self.assertNotIn("halt", visible)
        self.assertNotIn("add-fault", visible)
        reader.press("k")
        reader.drawn()
        self.shows(reader, "document.getElementById('action').open", False)

    def test_names_stay_text(self):
        mesh = Mesh()
        name = "<script>document.title='x'</script><img src=x onerror=alert(1)>\u001b[2J\u202e"
        mesh.name = mesh.cells[0] = name
        messages = mesh.record(20, lambda second, of: of.event(second, "fault", name, name, observer=name))
        tab = self.open(messages)
        tab.run("document.querySelector('.place').click()")
        tab.press("k")
        tab.wait("document.getElementById('action').open")
        tab.drawn()
        self.assertEqual(
            tab.run("document.querySelectorAll('img, main script, header script, dialog script').length"), 0
        )
        self.says(tab, "document.body.innerText", "<script>")
        text = tab.run("document.body.innerText")
        self.assertNotIn("\u001b", text)
        self.assertNotIn("\u202e", text)
        self.sound(tab)

    def test_the_past_holds_the_whole_page_and_takes_no_action(self):
        tab = self.open(self.recording("kill"))
        self.says(tab, "document.getElementById('mesh-state').textContent", "11 of 12")
        for _ in range(6):
            tab.press(",")
        tab.wait("document.body.dataset.news === 'held'")
        tab.wait("document.getElementById('mesh-state').textContent.includes('12 of 12')")
        self.shows(
            tab, "document.getElementById('held').textContent.replaceAll('\\u2009', ' ')", "12:04:00, 1 min ago"
        )
        self.shows(tab, "document.getElementById('add-fault').disabled", True)
        tab.press("k")
        tab.drawn()
        self.shows(tab, "document.getElementById('action').open", False)
        tab.press(".")
        tab.wait(
            "document.body.dataset.news === 'live' && document.getElementById('mesh-state').textContent.includes('11 of')"
        )

    def test_it_comes_back_with_the_control_plane(self):
        tab = self.open(self.recording("whole"))
        self.api.cut()
        tab.wait("!document.getElementById('bar').hidden")
        self.shows(tab, "document.getElementById('add-fault').disabled", True)
        mesh = Mesh()
        messages = mesh.record(5)
        messages[0][1]["boot"] = "b2"
        self.api.play(messages)
        tab.wait("document.getElementById('bar').hidden && document.body.dataset.news === 'live'")
        self.settle(tab, messages)
        self.shows(tab, "document.getElementById('add-fault').disabled", False)

    def test_a_customer_is_found_and_its_shard_shown(self):
        messages = self.recording("kill")
        mesh = Mesh()
        customer = f"c{mesh.order[17]}"
        tab = self.open(messages)
        tab.press("c")
        tab.wait("document.activeElement.id === 'customer'")
        tab.type(customer)
        tab.press("Enter")
        tab.wait("document.getElementById('find-told').textContent")
        told = tab.run("document.getElementById('find-told').textContent")
        self.assertIn(" › ".join(mesh.cells[cell] for cell in mesh.shards[17]), told)
        self.shows(tab, "document.getElementById('measure-shard').checked", True)
        self.says(tab, "words()", "#1")
        tab.run("document.getElementById('customer').value = 'c99999'")
        tab.press("Enter")
        tab.wait("document.getElementById('find-told').textContent.includes('No customer')")
