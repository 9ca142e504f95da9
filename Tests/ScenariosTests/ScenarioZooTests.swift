import Chaos
import Drills
import MeshBase
import Reports
import Testing

@testable import Scenarios

@Suite struct ScenarioZooTests {
    private func at(_ seconds: Double) -> Instant { .zero + TimeAmount(seconds: seconds) }
    private func zoo() throws -> ScenarioZoo {
        var zoo = ScenarioZoo()
        for (key, text) in ["zombie cell/a-1", "slow cell/a-2", "kill cell/a-3"].enumerated() {
            zoo.begin(
                key, ScenarioAction(text, try ScenarioDeed(text: text), for: .seconds(10)), now: at(Double(key * 20)))
            zoo.end(key, now: at(Double(key * 20 + 10)))
        }
        return zoo
    }
    private func name(_ zoo: inout ScenarioZoo, _ cell: String, _ animal: String, _ seconds: Double) {
        zoo.take(
            EventRecord(
                time: "", type: "zoo", action: "named", id: cell, attributes: ["animal": .text(animal)]),
            at: at(seconds))
    }

    @Test func whoIsCalledWhatItIsCounts() throws {
        var zoo = try zoo()
        #expect(zoo.injected == 2 && zoo.named == 0 && zoo.longest == nil)
        name(&zoo, "a-1", "zombie", 6)
        name(&zoo, "a-1", "zombie", 5.5)
        #expect(zoo.named == 1 && zoo.longest == nil && zoo.falseNames == 0)
        // A moment after it is over is in time still.
        name(&zoo, "a-2", "slowpoke", 39)
        #expect(zoo.named == 2 && zoo.longest == .seconds(19))
        #expect(
            zoo.report == [
                DrillAnimal(injected: "zombie", cell: "a-1", named: "zombie", namedMilliseconds: 5_500),
                DrillAnimal(injected: "slow", cell: "a-2", named: "slowpoke", namedMilliseconds: 19_000),
            ])
    }

    @Test func anotherNameAnotherCellAndAnotherTimeAreWrong() throws {
        var zoo = try zoo()
        name(&zoo, "a-1", "liar", 6)
        name(&zoo, "a-3", "zombie", 45)
        name(&zoo, "a-3", "zombie", 46)
        name(&zoo, "a-1", "zombie", 21)
        name(&zoo, "a-1", "unicorn", 6)
        #expect(zoo.named == 0 && zoo.falseNames == 3)
        #expect(zoo.report?.last == DrillAnimal(injected: nil, cell: "a-3", named: "zombie", namedMilliseconds: nil))
    }
}
