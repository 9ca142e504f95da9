import Feed
import MeshBase
import Reports
import Testing

@testable import Terminal

@Suite struct TopModelTests {
    static func prediction(
        _ confirm: PredictionReport.Confirmation, word: String? = nil, refusals: [PredictionReport.Refusal] = []
    ) -> PredictionReport {
        PredictionReport(
            prediction: "p1", basis: .init(epoch: 1, down: [], faults: []),
            customers: .init(lost: 0, degraded: 10, untouched: 30),
            load: .init(factor: 1.09, hottest: .init(cell: "us-east-2", before: 0.71, after: 0.84)), refusals: refusals,
            confirm: confirm, word: word)
    }

    private let kill = TopAction(.kill, "us-east-1", targets: ["cell/us-east-1"])
    private let now = Samples.now

    private func asked(_ report: PredictionReport) -> TopModel {
        var model = Samples.model()
        #expect(model.press("k") == [.predict(kill)])
        #expect(model.take(prediction: .success(report), of: kill, now: now).isEmpty)
        return model
    }

    @Test func aFaultOnAPlaceIsNotedAtItsCells() throws {
        var state = Samples.state()
        state.faults = [
            FeedFault(
                id: "f1", kind: "partition", targets: ["region/us-east", "zone/us-west/a"], until: Samples.t + 9_000,
                hits: 5)
        ]
        let rows = try #require(Samples.model(state: state).document(Samples.now)?.cells)
        let noted = rows.filter { $0.note == "fault f1 partition" }.map(\.name)
        #expect(noted.sorted() == ["us-east-1", "us-east-2", "us-east-3", "us-east-4", "us-west-1", "us-west-3"])
        #expect(rows.count == 12 && rows.allSatisfy { noted.contains($0.name) || $0.note.isEmpty })
    }

    @Test func faultsOfAServiceAreReadInFull() {
        var state = Samples.state()
        state.faults = [
            FeedFault(
                id: "f12", kind: "errors", targets: ["service/payment"], until: Samples.t + 9_000, hits: 5,
                what: "errors 100 %, status 500")
        ]
        #expect(Samples.text(Samples.model(.services, state: state), 80, 12).contains("f12 errors 100 %, status 500"))
    }

    @Test func whoHasNotBeenHeardOfIsNamed() {
        var model = TopModel()
        #expect(model.silent == nil)
        func take(_ change: (inout FeedState) -> Void) -> String? {
            var state = Samples.state()
            change(&state)
            for message in [FeedMessage.hello(Samples.hello()), .shape(Samples.shape()), .state(state)] {
                _ = model.take(message, now: Samples.now)
            }
            return model.silent
        }
        #expect(take { _ in } == "")
        let names = take {
            for cell in 0..<4 { $0.cells[.age, cell] = cell == 0 ? FeedFigure(7, .age) : .unknown }
            // Who does not run has nothing to tell.
            $0.cells[.process, 3] = FeedFigure(ProcessWitness.allCases.firstIndex(of: .gone), .process)
            $0.routers = [
                FeedRouter(name: "r1", state: .unknown, process: .running), FeedRouter(name: "r2", process: .gone),
            ]
        }
        #expect(names == "router/r1, cell/us-east-1, cell/us-east-2 and 1 more")
    }

    @Test func nothingIsDoneThatWasNotPredicted() {
        var model = Samples.model()
        #expect(model.press("k") == [.predict(kill)])
        // There is nothing yet that a yes could be about.
        #expect(model.press("y\n").isEmpty)
        #expect(model.take(prediction: .success(Self.prediction(.click)), of: kill, now: now).isEmpty)
        #expect(model.press("y") == [.act(kill, prediction: "p1")])
        // It is done once.
        #expect(model.press("yy\n").isEmpty)
        #expect(model.took(.success(nil), of: kill, now: now).isEmpty)
        #expect(model.page == .list)
        #expect(Samples.text(model, 100, 20).contains("us-east-1 was killed"))
    }

    @Test func anyOtherKeyLeavesAllAsItIs() {
        for key in ["n", "\n", "k"] {
            var model = asked(Self.prediction(.click))
            #expect(model.press(key).isEmpty)
            #expect(model.page == .list)
        }
    }

    @Test func whereSomebodyIsLostTheNameIsTyped() {
        var model = asked(Self.prediction(.type, word: "us-east-1"))
        #expect(model.press("y\n").isEmpty)
        #expect(model.take(.control("u"), rows: 1, now: now).isEmpty)
        #expect(model.press("us-east-2\n").isEmpty)
        #expect(model.take(.backspace, rows: 1, now: now).isEmpty)
        #expect(model.press("1\n") == [.act(kill, prediction: "p1")])
    }

    @Test func whatIsRefusedCannotBeConfirmed() {
        var model = asked(Self.prediction(.click, refusals: [.init("unknown-target", "there is no such cell")]))
        #expect(model.press("y\n").isEmpty)
        #expect(Samples.text(model, 100, 20).contains("refused: there is no such cell"))
        _ = model.take(.escape, rows: 1, now: now)
        #expect(model.page == .list)
    }

    /// As messages do; what may still be confirmed stays.
    @Test func aRefusalGoesByItself() {
        var model = asked(Self.prediction(.click, refusals: [.init("halted", "a halt is in force")]))
        #expect(model.isSaying && model.tick(now + .seconds(9)).isEmpty && model.page != .list)
        #expect(model.tick(now + .seconds(10)).isEmpty && model.page == .list && !model.isSaying)
        model = Samples.model()
        _ = model.press("k")
        _ = model.take(prediction: .failure(TopFailure("it does not answer")), of: kill, now: now)
        _ = model.tick(now + .seconds(10))
        #expect(model.page == .list)
        model = asked(Self.prediction(.click))
        _ = model.tick(now + .seconds(29))
        #expect(model.page != .list && !model.isSaying)
    }

    @Test func aBreakerIsHeldOpenAndClosedAfterItsPrediction() throws {
        for (key, value) in [("o", "forced-open"), ("c", "closed")] {
            var model = Samples.model(.breakers)
            let orders = model.press(key)
            guard case .predict(let action)? = orders.first else {
                Issue.record("\(orders)")
                continue
            }
            #expect(action.kind == .breaker && action.options?.value == value)
            let (path, body) = action.post(prediction: "p1")
            let text = String(decoding: body, as: UTF8.self)
            #expect(path == "/v1/settings" && text.contains("\"kind\":\"breaker\""))
            #expect(text.contains("\"value\":\"\(value)\"") && text.contains("\"prediction\":\"p1\""))
            #expect(text.contains("\"for_ms\":300000"))
        }
    }

    @Test func whatAsksForNothingIsDoneAtOnce() {
        var model = Samples.model(.faults)
        let heal = TopAction(.heal, "f3", targets: ["f3"])
        #expect(model.press("h") == [.predict(heal)])
        #expect(
            model.take(prediction: .success(Self.prediction(.none)), of: heal, now: now)
                == [.act(heal, prediction: "p1")])
    }

    /// The mesh has changed since: it is predicted anew, and asked again.
    @Test func aStalePredictionIsMadeAnew() {
        var model = asked(Self.prediction(.click))
        _ = model.press("y")
        #expect(model.took(.failure(TopFailure("stale", isStale: true)), of: kill, now: now) == [.predict(kill)])
        #expect(model.press("y").isEmpty)
        #expect(Samples.text(model, 100, 20).contains("the mesh has changed"))
        // And so is one that has stood for too long.
        model = asked(Self.prediction(.click))
        #expect(model.tick(now + .seconds(29)).isEmpty)
        #expect(model.tick(now + .seconds(30)) == [.predict(kill)])
    }

    @Test func noActionWithoutNews() {
        var model = Samples.model()
        #expect(model.take(.character("k"), rows: 5, now: now + .seconds(4)).isEmpty)
        #expect(model.page == .list)
        model = Samples.model()
        _ = model.press(" ")
        #expect(model.press("k").isEmpty)
        #expect(model.page == .list)
        model = Samples.model(isReadOnly: true)
        for key in "kprefh" { #expect(model.take(.character(key), rows: 5, now: now).isEmpty) }
        #expect(model.press(":kill us-east-1\n").isEmpty)
        #expect(model.press(":status\n") == [.run(["status"])])
        #expect(!Samples.text(model, 100, 20).contains("k kill"))
    }

    @Test func aHaltAsksNothing() {
        var model = Samples.model()
        #expect(model.press("!") == [.halt(release: false)])
        var state = Samples.state(seq: 2)
        state.halt = FeedSwitch(since: Samples.t, text: "by hand")
        _ = model.take(.state(state), now: now)
        #expect(model.press("!") == [.halt(release: true)])
        model.halted(.failure(TopFailure("there is no such page")), now: now)
        #expect(Samples.text(model, 100, 20).contains("there is no such page"))
        model = Samples.model(isReadOnly: true)
        #expect(model.press("!").isEmpty)
    }

    @Test func faultsAreTyped() throws {
        var model = Samples.model()
        _ = model.press("f")
        _ = model.take(.control("u"), rows: 1, now: now)
        let orders = model.press("loss zone/us-east/a 5% for 30s\n")
        guard case .predict(let action)? = orders.first else {
            Issue.record("\(orders)")
            return
        }
        #expect(action.targets == ["zone/us-east/a"])
        #expect(action.options?.kind == "loss" && action.options?.rate == 0.05 && action.options?.lease == 30_000)
        let (path, body) = action.post(prediction: "p1")
        #expect(path == "/v1/faults/add")
        let addition = try ReportJSON.read(FaultAddition.self, body)
        #expect(addition.prediction == "p1" && addition.rate == 0.05 && addition.lease == 30_000)
        for text in ["", "rain us-east-1", "latency 100ms", "loss a for", "loss a for x"] {
            guard case .failure = FaultText.action(text) else {
                Issue.record("'\(text)' was taken")
                continue
            }
        }
    }

    @Test func rowsAreFilteredAndSorted() {
        var model = Samples.model()
        _ = model.press("/us-west\n")
        #expect(model.names == ["cell/us-west-1", "cell/us-west-2", "cell/us-west-3", "cell/us-west-4"])
        _ = model.take(.escape, rows: 5, now: now)
        _ = model.press("/!west\n")
        #expect(model.names.count == 4)
        _ = model.take(.escape, rows: 5, now: now)
        // Trouble first: what is down, what witnesses differ about, what is named.
        #expect(model.names.prefix(3) == ["cell/us-east-1", "cell/us-east-4", "cell/us-east-2"])
        _ = model.press("R")
        #expect(model.names.first == "cell/eu-west-4" && model.names.last == "cell/us-east-1")
        // What is unknown stands last, whichever way round.
        _ = model.press("R")
        #expect(model.names.first == "cell/us-east-2" && model.names.last == "cell/us-east-1")
    }

    /// Keys are about the row that was chosen, also where rows move meanwhile.
    @Test func theChosenRowStaysChosen() {
        var model = Samples.model()
        for _ in 0..<2 { _ = model.take(.down, rows: 5, now: now) }
        #expect(model.subject == "us-east-2")
        _ = model.take(.state(Samples.state(seq: 2)), now: now)
        #expect(model.subject == "us-east-2")
        _ = model.take(.end, rows: 5, now: now)
        #expect(model.subject == "eu-west-4")
        _ = model.take(.home, rows: 5, now: now)
        _ = model.take(.up, rows: 5, now: now)
        #expect(model.subject == "us-east-1")
    }

    @Test func itIsHeld() {
        var model = Samples.model()
        _ = model.press(" ")
        _ = model.take(.state(Samples.state(seq: 2)), now: now)
        #expect(Samples.text(model, 100, 20).contains("DEGRADED 11/12"))
        #expect(Samples.text(model, 100, 20).contains("HELD"))
        _ = model.press(" ")
        #expect(Samples.text(model, 100, 20).contains("SERVING 12/12"))
    }

    @Test func itSaysHowOldItsFiguresAre() {
        var model = Samples.model()
        #expect(!model.isStale(now + .seconds(2)))
        #expect(model.isStale(now + .seconds(3)))
        model.lost("the control plane does not answer")
        #expect(model.isStale(now))
        let text = Samples.text(model, 140, 20, now: now + .seconds(12))
        #expect(text.contains("no news for 12 s, since 12:04:31: the control plane does not answer"))
        // It comes back with numbers of its own.
        _ = model.take(.hello(Samples.hello(boot: "b2")), now: now + .seconds(13))
        #expect(model.take(.state(Samples.state(seq: 900)), now: now + .seconds(13)) == false)
        #expect(!Samples.text(model, 140, 20, now: now + .seconds(13)).contains("no news"))
        // What does not go on from what is known is asked for anew.
        #expect(model.take(.delta(FeedDelta(seq: 950, t: Samples.t)), now: now + .seconds(14)) == true)
    }

    /// Gates before a cell and in it are both the cell's, and go by the names that commands take.
    @Test func gatesOfRoutersAreTheCells() {
        var state = Samples.state()
        state.breakers = [
            FeedBreaker(name: "r1/r1/checkout@us-west-2", state: "open", since: Samples.t, failure: nil, calls: 3),
            FeedBreaker(
                name: "us-west-2/checkout/payment", state: "half-open", since: Samples.t, failure: 0.5, calls: 8),
        ]
        var model = Samples.model(.breakers, state: state)
        #expect(model.names == ["gate/r1/us-west-2/checkout", "gate/us-west-2/checkout/payment"])
        #expect(model.press("\n") == [.run(["breaker", "ls", "--gate", "r1/us-west-2/checkout"])])
        model = Samples.model(state: state)
        let row = Samples.text(model, 160, 20).split(separator: "\n").first { $0.contains("us-west-2") } ?? ""
        #expect(row.contains("r1>checkout open 0 s and 1 more"), "\(row)")
        #expect(Samples.model(.services, state: state).document(now)?.services?.map(\.open) == [1, 1, 0])
    }

    @Test func commandsAreRun() {
        var model = Samples.model()
        #expect(
            model.press(":cellmesh fault add latency 'a b' --delay 30ms\n")
                == [.run(["fault", "add", "latency", "a b", "--delay", "30ms"])])
        #expect(model.press(":breakers\n").isEmpty)
        #expect(model.view == .breakers)
        #expect(model.press("1") == [])
        #expect(model.view == .cells)
        #expect(model.press("w") == [.run(["why", "us-east-1"])])
        #expect(model.press(":q\n") == [.quit])
        #expect(model.press("\n") == [.follow])
        #expect(model.detailed == "us-east-1")
        #expect(model.take(.escape, rows: 5, now: now) == [.follow])
        #expect(model.detailed == nil)
        #expect(model.press("-") == [.follow])
        #expect(model.period == 2_000)
        #expect(model.press("++") == [.follow, .follow])
        #expect(model.period == 500)
    }

    @Test func theDocumentHasTheRowsOfItsView() throws {
        let report = try #require(Samples.model().document(now))
        #expect(report.state == "degraded" && report.serving == 11 && report.of == 12 && !report.isStale)
        let first = try #require(report.cells?.first)
        #expect(first.name == "us-east-1" && first.state == "down" && first.since == Samples.t - 12_000)
        #expect(first.accusers == ["us-west-4", "r1", "eu-west-1", "eu-west-2"] && first.customers == 4)
        #expect(report.customers == nil)
        let customers = try #require(Samples.model(.customers).document(now)?.customers)
        #expect(customers.count == 40 && customers[0].predicted == "degraded" && customers[0].shard.count == 3)
        #expect(TopModel().document(now) == nil)
    }
}
