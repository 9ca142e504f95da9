import Feed
import Foundation
import MeshBase
import Reports
import Testing

@testable import Terminal

/// Whole screens, as words. `CELLMESH_REWRITE_GOLDENS=1` writes them anew, to be looked at.
@Suite struct TopScreenTests {
    struct Scene: Sendable, CustomTestStringConvertible {
        var name: String
        var make: @Sendable () -> String
        var testDescription: String { name }
    }

    /// A router is down, faults are halted with many words, and alerts fire.
    private static func troubled() -> TopModel {
        var state = Samples.state()
        state.routers = [
            FeedRouter(name: "r1", state: .serving, process: .running, age: 0, rps: 200, ok: 1),
            FeedRouter(name: "r2", state: .down, process: .gone, age: 12),
        ]
        Samples.judge(&state)
        state.halt = FeedSwitch(
            since: Samples.t - 9_000, text: "a real incident: half of the payments are refused, see the bridge")
        state.alerts = [
            FeedAlert(name: "RouterDown", subject: "r2", since: Samples.t, value: 1),
            FeedAlert(name: "SLOBurn1h", subject: "mesh", since: Samples.t, value: 14),
        ]
        var model = TopModel()
        for message in [FeedMessage.hello(Samples.hello()), .shape(Samples.shape()), .state(state)] {
            _ = model.take(message, now: Samples.now)
        }
        return model
    }

    static let scenes: [Scene] = [
        Scene(name: "cells-100x30") { Samples.text(Samples.model(), 100, 30) },
        Scene(name: "over-100x12") {
            var state = Samples.state()
            state.impact.observed = .init(lost: 3, degraded: 6, untouched: 20)
            state.impact.predicted = .init(lost: 3, degraded: 10, untouched: 27)
            (state.impact.ofThoseSeen, state.impact.ended) = (state.impact.observed, Samples.t - 40_000)
            state.mesh.headline?.evacuated = 4
            state.mesh.headline?.drained = 1
            return Samples.text(Samples.model(state: state), 100, 12)
        },
        Scene(name: "evacuate-80x12") {
            var model = Samples.model()
            _ = model.press("e")
            var report = TopModelTests.prediction(.type, word: "us-east")
            report.customers = .init(lost: 0, degraded: 0, untouched: 1_000, noQuorum: 0)
            report.moved = 901
            let action = TopAction(.evacuate, "us-east", targets: ["region/us-east"])
            _ = model.take(prediction: .success(report), of: action, now: Samples.now)
            return Samples.text(model, 80, 12)
        },
        Scene(name: "refused-80x10") {
            var model = Samples.model()
            _ = model.press("k")
            var report = TopModelTests.prediction(.click, word: nil)
            report.refusals = [.init("halted", "a halt is in force")]
            let action = TopAction(.kill, "us-east-1", targets: ["cell/us-east-1"])
            _ = model.take(prediction: .success(report), of: action, now: Samples.now)
            return Samples.text(model, 80, 10)
        },
        Scene(name: "cells-60x15") { Samples.text(Samples.model(), 60, 15) },
        Scene(name: "cells-20x5") { Samples.text(Samples.model(), 20, 5) },
        Scene(name: "cells-200x60") { Samples.text(Samples.model(), 200, 60) },
        Scene(name: "cells-linux") { Samples.text(Samples.model(), 120, 20, .blocks) },
        Scene(name: "cells-ascii") { Samples.text(Samples.model(), 120, 20, .ascii) },
        Scene(name: "customers-100x20") { Samples.text(Samples.model(.customers), 100, 20) },
        Scene(name: "services-100x12") { Samples.text(Samples.model(.services), 100, 12) },
        Scene(name: "breakers-100x12") { Samples.text(Samples.model(.breakers), 100, 12) },
        Scene(name: "faults-100x12") { Samples.text(Samples.model(.faults), 100, 12) },
        Scene(name: "members-100x20") { Samples.text(Samples.model(.members), 100, 20) },
        Scene(name: "detail-100x30") {
            var model = Samples.model()
            _ = model.press("\n")
            return Samples.text(model, 100, 30)
        },
        Scene(name: "help-80x24") {
            var model = Samples.model()
            _ = model.press("?")
            return Samples.text(model, 80, 24)
        },
        Scene(name: "question-80x15") {
            var model = Samples.model()
            _ = model.press("k")
            var report = TopModelTests.prediction(.type, word: "us-east-1")
            report.customers = .init(lost: 3, degraded: 236, untouched: 761, noQuorum: 12)
            report.lateEdges = [["checkout", "shipping"]]
            let action = TopAction(.kill, "us-east-1", targets: ["cell/us-east-1"])
            _ = model.take(prediction: .success(report), of: action, now: Samples.now)
            _ = model.press("us-e")
            return Samples.text(model, 80, 15)
        },
        Scene(name: "lost-80x15") {
            var model = Samples.model()
            model.lost("the control plane does not run")
            return Samples.text(model, 80, 15, now: Samples.now + .seconds(12))
        },
        Scene(name: "router-80x15") { Samples.text(troubled(), 80, 15) },
        Scene(name: "router-table-80") {
            TopScreen.table(troubled(), width: 80, .ascii, now: Samples.now).prefix(6).map { $0.text + "\n" }.joined()
        },
        Scene(name: "nothing-80x10") { Samples.text(TopModel(), 80, 10) },
        Scene(name: "document-cells") { document(.cells) }, Scene(name: "document-customers") { document(.customers) },
        Scene(name: "document-services") { document(.services) },
        Scene(name: "table-80") {
            TopScreen.table(Samples.model(), width: 80, .ascii, now: Samples.now).map { $0.text + "\n" }.joined()
        },
    ]

    /// What `-o json` prints, of a mesh of three cells.
    private static func document(_ view: TopView) -> String {
        let model = Samples.model(view, shape: Samples.shape(cells: 3, customers: 2), state: Samples.kill(cells: 4))
        return model.document(Samples.now).map { DocumentText.json($0) + "\n" } ?? "none"
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    @Test(arguments: scenes)
    func aSceneIsAsItWas(_ scene: Scene) throws {
        let file = Self.folder.appendingPathComponent(scene.name + ".txt")
        let text = scene.make()
        if ProcessInfo.processInfo.environment["CELLMESH_REWRITE_GOLDENS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try? String(contentsOf: file, encoding: .utf8)))
    }

    @Test func everyGoldenHasItsScene() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(Self.scenes.map { $0.name + ".txt" }))
    }

    /// However small, there are as many lines as rows, and none is wider than the screen.
    @Test func everySizeHasItsScreen() {
        var models = TopView.allCases.map { Samples.model($0) } + [TopModel()]
        for keys in ["\n", "?", "k", ":status", "/us", "f"] {
            var model = Samples.model()
            _ = model.press(keys)
            models.append(model)
        }
        for model in models {
            for columns in [1, 2, 7, 20, 39, 60, 80, 133, 300] {
                for rows in [1, 2, 3, 5, 8, 15, 24, 70] {
                    for now in [Samples.now, Samples.now + .seconds(60)] {
                        let size = ScreenSize(columns: columns, rows: rows)
                        let lines = TopScreen.lines(model, size, .braille, now: now)
                        #expect(lines.count == rows && lines.allSatisfy { $0.width <= columns }, "\(columns)x\(rows)")
                    }
                }
            }
        }
    }

    /// A second is a tick: what a hundred cells cost, from the bytes that come to those that are written.
    @Test func aTickOfAHundredCellsWritesLittle() throws {
        var coder = DeltaCoder(first: 1)
        var generator = Generator(seed: 7)
        var state = Samples.state(cells: 100)
        var model = Samples.model(shape: Samples.shape(cells: 100, customers: 1_000), state: Samples.state(cells: 100))
        var differ = ScreenDiffer(.braille, hasColors: true)
        var reader = EventStreamReader()
        let size = ScreenSize(columns: 160, rows: 50)
        let ticks = 120
        var (told, written) = (0, 0)
        for tick in 0..<ticks {
            for cell in 0..<100 {
                state.cells[.rps, cell] = FeedFigure(Double(generator.below(90)), .rps)
                state.cells[.util, cell] = FeedFigure(generator.unit(), .util)
            }
            state.t += 1_000
            let bytes = coder.take(state).serverSentEvent
            told += bytes.count
            let now = Samples.now + .seconds(Int64(tick))
            for message in try reader.take(bytes) { _ = model.take(message, now: now) }
            let text = differ.update(TopScreen.lines(model, size, .braille, now: now), size)
            if tick > 0 { written += text.utf8.count }
        }
        // Less than a whole screen with its colours, each time.
        #expect(written / ticks < 12_000, "\(written / ticks) bytes a tick, of \(told / ticks)")
    }
}
