import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

private typealias Edge = Topology.Edge

/// Services that do less of their work, and say so.
@Suite struct CellQualityTests {
    private func cell(
        _ quality: QualitySettings? = nil, criticality: Edge.Criticality = .luxury, off: [PolicySwitch] = []
    ) -> CellHarness {
        var mesh = topology(services: [
            waiting("front", 0, calls: [Edge(to: 1, criticality: criticality)]), waiting("ideas", 100),
            waiting("busy", 600, pool: Pool(workers: 4, queue: 100)),
        ])
        mesh.blueprints[0].services[1].quality = quality
        mesh.policies?.off = off
        mesh.policies?.shedding = SheddingSettings()
        mesh.policies?.shedding?.p95 = .seconds(1)
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    private var declared: QualitySettings {
        var quality = QualitySettings()
        quality.count = 20
        quality.resolution = 1000
        quality.floor = 0.3
        return quality
    }

    private func set(_ level: DegradationLevel, _ cell: CellHarness) {
        var settings = SettingsDocument()
        settings.set(LevelEntry(level))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
    }

    private func run(_ cell: CellHarness, _ times: ClosedRange<Int64>) {
        for step in stride(from: times.lowerBound, through: times.upperBound, by: 10) {
            cell.node.wake(now: .at(step), into: &cell.sink)
        }
    }

    @Test func theLevelScalesTheWorkOfWhatIsLuxury() throws {
        let cell = cell()
        set(.minor, cell)
        cell.call("front")
        run(cell, 10...60)
        #expect(cell.takeReplies().isEmpty)
        run(cell, 70...70)
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.note == "ideas=0.7" && reply.body.contains(#""ideas":"0.7""#))
        set(.normal, cell)
        cell.call("front", now: .at(100))
        run(cell, 110...190)
        #expect(cell.takeReplies().isEmpty)
        run(cell, 200...200)
        #expect(cell.takeReplies().map(\.note) == [""])
    }

    @Test func aCallThatIsNeededIsWhole() {
        let cell = cell(criticality: .core)
        set(.minor, cell)
        cell.call("front")
        run(cell, 10...90)
        #expect(cell.takeReplies().isEmpty)
        run(cell, 100...100)
        #expect(cell.takeReplies().map(\.note) == [""])
    }

    /// 40 calls of 600 ms by four workers: the answers of the last second take 3 s and more, and the pressure is whole.
    @Test func underPressureADeclaredServiceDoesAsLittleAsItsFloorAndItsFiguresShrink() throws {
        let cell = cell(declared)
        for _ in 0..<40 { cell.call("busy") }
        run(cell, 10...4000)
        _ = cell.takeReplies()
        cell.call("front", priority: .critical, now: .at(4000))
        cell.call("ideas", priority: .critical, now: .at(4000))
        run(cell, 4000...4030)
        let replies = cell.takeReplies().filter { $0.note.contains("ideas") }
        #expect(replies.count == 2 && replies.allSatisfy { $0.note == "ideas=0.3" })
        let direct = try #require(replies.first { $0.body.contains(#""service":"ideas""#) })
        #expect(direct.body.contains(#""quality":0.3,"count":6,"resolution":548"#))
        #expect(cell.node.degradation.features.map(\.quality) == [0.3])
        // The queue is empty after 6 s, and the pressure goes by half each second.
        run(cell, 4040...15_000)
        cell.call("ideas", now: .at(15_000))
        run(cell, 15_000...15_110)
        #expect(cell.takeReplies().last?.note == "")
    }

    @Test func whatIsSwitchedOffIsWhole() {
        let cell = cell(declared, off: [.quality])
        set(.minor, cell)
        cell.call("front")
        run(cell, 10...90)
        #expect(cell.takeReplies().isEmpty)
        run(cell, 100...100)
        #expect(cell.takeReplies().map(\.note) == [""])
    }

    @Test func resultsKeepWhatTheyAreLessBy() {
        var results = EdgeResults()
        results[3] = .reduced
        results.setDetail(7, of: 3)
        results[63] = .rung
        results.setDetail(15, of: 63)
        results[2] = .ok
        #expect(results.detail(of: 3) == 7 && results.detail(of: 63) == 15 && results.detail(of: 2) == 0)
        #expect(results[3].isDegraded && results[3].isAnswered && results[2].isAnswered && !results[2].isDegraded)
    }
}
