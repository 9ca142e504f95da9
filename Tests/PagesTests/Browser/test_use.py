"""What one does with the page."""

import pictures
from case import PICTURES, PREDICTION, REWRITE, PageTest
from mesh import Mesh, at
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
        question = {"action": "kill", "targets": ["cell/us-east-2"], "options": {"for_ms": None}}
        self.is_asked(tab, "/v1/predict", question)
        self.says(tab, "document.getElementById('prediction').innerText", "269")
        tab.press("Tab")
        self.shows(tab, "document.activeElement.textContent", "Kill us-east-2")
        tab.press("Enter")
        tab.wait("!document.getElementById('action').open")
        order = {"targets": ["cell/us-east-2"], "for_ms": None, "prediction": "p1"}
        headers = self.is_asked(tab, "/v1/kill", order)
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
        self.is_asked(tab, "/v1/kill", {"targets": ["cell/us-east-1"], "for_ms": None, "prediction": "p1"})

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
        self.is_asked(tab, "/v1/pass", {"ticket": "once"})
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

    def test_a_tile_that_is_clicked_without_the_focus_opens_its_own_cell(self):
        tab = self.open(self.recording("whole"))
        tab.run("document.querySelector('.place').click()")
        self.shows(tab, "document.getElementById('drawer-title').textContent", "us-east-1")
        tab.run("[...document.querySelectorAll('.place')].find((one) => one.cell === 5).click()")
        self.shows(tab, "document.getElementById('drawer-title').textContent", "us-west-2")
        self.sound(tab)

    def test_the_headline_is_the_feeds(self):
        def happen(second, mesh):
            mesh.state[:4] = ["evacuated"] * 4
            mesh.impaired = ["shipping answers degraded"] if second > 15 else []

        mesh = Mesh()
        tab = self.open(mesh.record(15, happen))
        badge = "document.getElementById('mesh-state')"
        self.shows(tab, f"{badge}.textContent", "serving · 8 of 8 serve, 4 evacuated")
        self.shows(tab, f"{badge}.dataset.tone", "ok")
        messages = Mesh().record(20, happen)
        self.api.play(messages)
        self.settle(tab, messages)
        self.shows(tab, f"{badge}.textContent", "degraded · 8 of 8 serve, 4 evacuated")
        self.shows(tab, "document.getElementById('mesh-why').textContent", "shipping answers degraded")

    def test_a_fault_that_is_over_is_told_as_the_last_one(self):
        def happen(second, mesh):
            kill(mesh, second, 10, "us-east-1")
            if second == 30:
                cell = mesh.index("us-east-1")
                mesh.state[cell], mesh.process[cell], mesh.traffic[cell] = "serving", "running", "reached"
                mesh.gossip[cell], mesh.over = "alive", second

        tab = self.open(Mesh().record(70, happen))
        self.says(
            tab,
            "document.getElementById('impact-over').textContent.replaceAll('\\u2009', ' ')",
            "last fault, over 40 s ago",
        )
        tones = "[...document.querySelectorAll('#impact [data-tone]')].map((one) => one.dataset.tone)"
        self.assertEqual(tab.run(tones), [])
        # While it goes on it is none of the past.
        tab = self.open(self.recording("kill"))
        self.shows(tab, "document.getElementById('impact-over').textContent", "")
        self.assertEqual(tab.run(tones), ["warn"])

    def test_since_when_witnesses_differ_is_told(self):
        def happen(second, mesh):
            if second == 10:
                mesh.state[0] = "degraded"
            if second == 40:
                mesh.gossip[0], mesh.condition[0] = "dead", "differ"

        tab = self.open(Mesh().record(52, happen))
        label = "document.querySelector('.place').getAttribute('aria-label').replaceAll('\\u2009', ' ')"
        self.says(tab, label, "gossip dead, traffic reached for 12 s")

    def test_the_form_offers_what_the_api_takes(self):
        kinds = ["latency", "loss", "datagram-loss", "duplicate", "bandwidth", "reset", "blackhole", "partition", "errors",
                 "hang", "zombie", "slow", "flap", "lie", "amnesia", "fill-memory"]
        tab = self.open(self.recording("whole"))
        tab.run("document.querySelector('.place').focus()")
        tab.press("f")
        tab.wait("document.getElementById('action').open")
        options = "[...document.getElementById('fault-kind').options].map((one) => one.value)"
        self.assertEqual(tab.run(options), kinds)
        choose = (
            "(() => { const kind = document.getElementById('fault-kind'); kind.value = 'errors';"
            " kind.dispatchEvent(new Event('change', { bubbles: true })); })()"
        )
        tab.run(choose)
        visible = (
            "[...document.querySelectorAll('#fault-form input')].filter((one) => one.checkVisibility())"
            ".map((one) => one.id.slice(6))"
        )
        tab.wait(f"({visible}).join() === 'targets,rate,status,for'")
        tab.wait("!document.getElementById('action-do').disabled")
        question = {
            "action": "fault",
            "targets": ["cell/us-east-1/service/storefront"],
            "options": {"kind": "errors", "for_ms": 300_000, "rate": 0.5, "status": 503},
        }
        self.is_asked(tab, "/v1/predict", question)

    def test_a_level_is_given_after_its_prediction(self):
        tab = self.open(self.recording("whole"))
        self.api.answers["/v1/settings"] = {}
        tab.run("document.querySelector('.place').click()")
        tab.run("document.getElementById('act-degrade').click()")
        visible = (
            "[...document.querySelectorAll('#fault-form input')].filter((one) => one.checkVisibility())"
            ".map((one) => one.id.slice(6)).join()"
        )
        self.shows(tab, visible, "targets,for")
        options = "[...document.getElementById('fault-kind').options].map((one) => one.value).join()"
        self.shows(tab, options, "minor,moderate,critical,emergency,normal,auto")
        tab.run(
            "(() => { const kind = document.getElementById('fault-kind'); kind.value = 'critical';"
            " kind.dispatchEvent(new Event('change', { bubbles: true })); })()"
        )
        tab.wait("!document.getElementById('action-do').disabled")
        question = {
            "action": "degrade",
            "targets": ["cell/us-east-1"],
            "options": {"value": "critical", "for_ms": 300_000},
        }
        self.is_asked(tab, "/v1/predict", question)
        tab.run("document.getElementById('action-do').click()")
        tab.wait("!document.getElementById('action').open")
        change = {"kind": "level", "scope": "cell/us-east-1", "value": "critical", "for_ms": 300_000}
        self.is_asked(tab, "/v1/settings", {"changes": [change], "prediction": "p1"})
        # The form for faults has its own kinds again.
        tab.press("f")
        tab.wait("document.getElementById('action').open")
        self.shows(tab, "document.getElementById('fault-kind').value", "latency")

    def test_breakers_that_closed_are_shown_when_asked_for_and_gates_are_held(self):
        names = ["us-east-4/checkout/shipping", "us-east-4/storefront/checkout"]

        def happen(second, mesh):
            mesh.breakers = [
                {"name": name, "state": "open", "since": at(5), "failure": 0.5, "calls": 20}
                for place, name in enumerate(names)
                if 5 <= second < 20 + 30 * place
            ]

        tab = self.open(Mesh().record(40, happen))
        rows = "[...document.querySelectorAll('#breakers li b')].map((one) => one.textContent).join()"
        self.shows(tab, rows, names[1])
        tab.run("document.getElementById('breakers-closed').click()")
        self.shows(tab, rows, ",".join(reversed(names)))
        self.says(tab, "document.getElementById('breakers').innerText.replaceAll('\\u2009', ' ')", "closed 21 s")
        self.api.answers["/v1/settings"] = {}
        for name, act, verb, value in (
            (names[0], "open", "Open", "forced-open"),
            (names[1], "close", "Close", "closed"),
        ):
            tab.run(f"document.querySelector('[data-act=\"{act} {name}\"]').click()")
            tab.wait("!document.getElementById('action-do').disabled")
            self.shows(tab, "document.getElementById('action-do').textContent", f"{verb} {name}")
            options = {"value": value, "for_ms": 300_000}
            self.is_asked(tab, "/v1/predict", {"action": "breaker", "targets": [name], "options": options})
            tab.run("document.getElementById('action-do').click()")
            tab.wait("!document.getElementById('action').open")
            change = {"kind": "breaker", "name": name, **options}
            self.is_asked(tab, "/v1/settings", {"changes": [change], "prediction": "p1"})
        self.sound(tab)

    def test_events_are_those_of_a_type_and_of_the_last_minutes(self):
        def happen(second, mesh):
            if second % 30 == 0:
                mesh.event(second, "member", "suspect", f"m{second}")
                mesh.event(second, "breaker", "open", f"b{second}")

        tab = self.open(Mesh().record(310, happen))
        shown = "[...document.querySelectorAll('#events li')].map((one) => one.lastChild.textContent.split(' ')[0])"
        self.shows(tab, f"{shown}.length", 22)
        choose = (
            "((id, value) => { const one = document.getElementById(id); one.value = value;"
            " one.dispatchEvent(new Event('change', { bubbles: true })); })"
        )
        tab.run(f"{choose}('event-type', 'breaker')")
        self.shows(tab, f"{shown}.length", 11)
        tab.run(f"{choose}('event-since', '1')")
        self.shows(tab, f"{shown}.join()", "b300,b270")
        # Of the moment that is shown.
        for _ in range(3):
            tab.press(",")
        self.shows(tab, f"{shown}.join()", "b270,b240")

    def test_a_refusal_stands_alone_and_a_move_says_how_many_move(self):
        tab = self.open(self.recording("whole"))
        refused = {**PREDICTION, "refusals": [{"code": "halted", "detail": "a halt is in force"}]}
        self.api.answers["/v1/predict"] = refused
        tab.run("document.querySelector('.place').focus()")
        tab.press("k")
        tab.wait("document.getElementById('prediction').innerText.includes('a halt is in force')")
        self.assertNotIn("untouched", tab.run("document.getElementById('prediction').innerText"))
        tab.press("Escape")
        self.api.answers["/v1/predict"] = {**PREDICTION, "moved": 901}
        tab.press("e")
        self.says(tab, "document.getElementById('prediction').innerText", "901 customers would move")

    def test_an_abort_asks_first(self):
        tab = self.open(self.recording("evacuation"))
        self.api.answers["/v1/evacuations/abort"] = {}
        before = len(self.api.asked)
        tab.run("document.querySelector('[data-act=abort]').click()")
        tab.wait("document.getElementById('action').open")
        self.says(tab, "document.getElementById('prediction').innerText", "cohorts have moved: they go back")
        self.assertEqual(len(self.api.asked), before)
        self.shows(tab, "document.activeElement.textContent", "Let it go on")
        tab.run("document.getElementById('action-do').click()")
        tab.wait("!document.getElementById('action').open")
        self.is_asked(tab, "/v1/evacuations/abort", {"targets": []})

    def test_what_to_do_is_said_after_half_a_minute_without_news(self):
        tab = self.open(self.recording("whole"))
        self.api.cut()
        tab.wait("!document.getElementById('bar').hidden")
        self.assertNotIn("cellmesh dashboard", tab.run("document.getElementById('bar').textContent"))
        tab.run("advance(40_000)")
        self.says(tab, "document.getElementById('bar').textContent", "cellmesh dashboard prints")

    def test_a_simulation_is_shown_as_a_recording_is(self):
        messages = Mesh().record(20, source="sim")
        messages.append(("bye", {"reason": "the recording ended (interrupted)", "whole": True}))
        tab = self.open(messages)
        self.says(tab, "document.getElementById('when').textContent", "simulated")
        self.says(tab, "document.getElementById('message').textContent", "ended (interrupted)")
        self.shows(tab, "document.getElementById('message').hasAttribute('data-calm')", True)
        tab.run("advance(40_000)")
        tab.drawn()
        self.shows(tab, "document.getElementById('bar').hidden", True)

    def test_alerts_of_one_name_are_as_many_rows_as_there_are(self):
        def happen(second, mesh):
            names = ("us-east-1", "us-east-2", "us-west-1")
            mesh.alerts = [
                {"name": "CellDown", "subject": name, "since": at(5), "value": 1 + second} for name in names
            ]

        messages = Mesh().record(40, happen)
        first = next(place for place, (event, _) in enumerate(messages) if event == "delta")
        tab = self.open(messages[:first])
        # Each tick is drawn by itself: what it leaves behind stands below the next.
        for place in range(first, len(messages), 10):
            for message in messages[place : place + 10]:
                self.api.push(message)
            self.settle(tab, messages[: place + 10])
        rows = "[...document.querySelectorAll('#breakers li')].map((one) => one.lastChild.textContent.split(' ')[0])"
        self.shows(tab, f"({rows}).join()", "us-east-1,us-east-2,us-west-1")
        self.sound(tab)

    def test_what_has_not_changed_is_not_drawn(self):
        messages = Mesh().record(20)
        last = max(place for place, (event, _) in enumerate(messages) if event == "delta")
        tab = self.open(messages[:last])
        tab.run(
            "(() => { const { prototype } = CanvasRenderingContext2D; const { clearRect } = prototype; globalThis.drawn = {};"
            " prototype.clearRect = function count(...values) { drawn[this.canvas.id] = (drawn[this.canvas.id] ?? 0) + 1;"
            " return clearRect.apply(this, values); }; })()"
        )
        tab.run("document.body.click()")
        tab.drawn()
        self.assertEqual(tab.run("drawn"), {})
        # A tick that touches no customer leaves their marks.
        self.api.push(messages[last])
        self.settle(tab, messages)
        self.assertEqual(tab.run("drawn"), {"map": 1, "time": 1})
        tab.run("document.getElementById('measure-errors').click()")
        tab.drawn()
        self.assertEqual(tab.run("drawn"), {"map": 2, "time": 1})
        # Of the time nothing is drawn but what it shows: the pulse is no work of the main thread.
        animated = "document.getAnimations().flatMap((one) => one.effect.getKeyframes()).flatMap(Object.keys)"
        known = {"computedOffset", "offset", "easing", "composite", "transform", "opacity"}
        self.assertLessEqual(set(tab.run(f"[...new Set({animated})]")), known)
        self.assertGreater(tab.run("document.getAnimations().length"), 0)

    def test_the_cell_in_focus_is_named_with_its_figures(self):
        tab = self.open(self.recording("whole"))
        label = "document.querySelectorAll('.place')[{}].getAttribute('aria-label')"
        self.says(tab, label.format(0), "req/s")
        self.shows(tab, label.format(1), "us-east-2: serving")
        # At once, for whoever reads it on focus.
        told = tab.run(f"(() => {{ document.querySelectorAll('.place')[1].focus(); return {label.format(1)}; }})()")
        self.assertIn("req/s", told)
        tab.drawn()
        self.shows(tab, label.format(0), "us-east-1: serving")

    def test_an_idle_mesh_amplifies_nothing(self):
        tab = self.open(self.recording("empty"))
        self.shows(tab, "document.getElementById('figure-amp').textContent", "–")
        self.assertNotIn("1.02", tab.run("document.getElementById('amplification').innerText"))

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
