import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

private typealias Edge = Topology.Edge

/// Two levels at once, each for its customers.
@Suite struct CellComparisonTests {
    private func cell() -> CellHarness {
        CellHarness(
            topology(services: [
                waiting("front", 0, calls: [Edge(to: 1, criticality: .luxury)]), waiting("ideas", 0),
            ]))
    }

    private func note(_ cell: CellHarness, _ customer: String) -> String? {
        cell.send(.serviceCall, "front", customer: customer)
        return cell.takeReplies().last?.note
    }

    @Test func eachCustomerHasTheLevelOfItsArm() {
        let cell = cell()
        var settings = SettingsDocument()
        let entry = ComparisonEntry(a: .normal, b: .moderate, share: 0.3)
        settings.comparison = entry
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        var counts = [0, 0]
        for number in 1...200 {
            let arm = entry.arm(of: CustomerHash("c\(number)"))
            counts[arm.rawValue] += 1
            #expect(note(cell, "c\(number)") == (arm == .a ? "" : "ideas=skipped"))
        }
        #expect(counts[1] > 30 && counts[1] < 90)
        let told = cell.node.comparison
        #expect(told.map(\.level) == [.normal, .moderate])
        #expect(told.map { Int($0.ok) } == counts && told.allSatisfy { $0.failed == 0 })
        cell.node.apply(settings: SettingsDocument(), now: .zero, into: &cell.sink)
        #expect((1...50).allSatisfy { note(cell, "c\($0)") == "" } && cell.node.comparison.isEmpty)
    }

    /// The graver of hand and arm, as of hand and controller; a narrower level by hand stands for both arms.
    @Test func aLevelOfTheCellHoldsForBoth() {
        let cell = cell()
        var settings = SettingsDocument()
        settings.comparison = ComparisonEntry(a: .normal, b: .critical, share: 0.5)
        settings.set(LevelEntry(.moderate, scope: .cell("r-1")))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        #expect((1...50).allSatisfy { note(cell, "c\($0)") == "ideas=skipped" })
    }

    @Test func itEndsByTheClock() {
        let cell = cell()
        var settings = SettingsDocument()
        settings.comparison = ComparisonEntry(
            a: .moderate, b: .moderate, until: WallTime(milliseconds: 1_000))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        #expect(note(cell, "c1") == "ideas=skipped")
        cell.node.apply(settings: settings, now: .at(1_000), into: &cell.sink)
        #expect(note(cell, "c1") == "")
    }

    @Test func qualitiesDifferAsTheLevelsDo() {
        let cell = cell()
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        var settings = SettingsDocument()
        let entry = ComparisonEntry(a: .normal, b: .minor, share: 0.5)
        settings.comparison = entry
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        for number in 1...50 {
            let isSecond = entry.arm(of: CustomerHash("c\(number)")) == .b
            #expect(note(cell, "c\(number)") == (isSecond ? "ideas=0.7" : ""))
        }
    }
}
