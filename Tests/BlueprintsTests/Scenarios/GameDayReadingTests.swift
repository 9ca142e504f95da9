import Drills
import MeshBase
import Scenarios
import Testing

@testable import Blueprints

@Suite struct GameDayReadingTests {
    private static let scenario = """
        title: A cell dies
        method: [{type: action, name: kill, provider: {type: cellmesh, do: "kill cell/{busiest}", for: 2s}}]

        """

    private func load(_ text: String, files: [String: String] = [:]) -> MeshFilesResult {
        MeshFiles.load(gameDay: text, named: "days/Chaos Wednesday.yaml") { path in
            files[path].map { .success($0) } ?? .failure(.init(code: .fileMissing, message: "there is no such file"))
        }
    }

    private func problems(_ text: String, files: [String: String] = [:]) -> [String] {
        load(text, files: files).problems.map { "\($0.file):\($0.line) \($0.code.rawValue)" }
    }

    @Test func everyKeyIsRead() throws {
        let result = load(
            """
            title: Chaos Wednesday
            description: Once a week.
            drills: [kill-cell, ../scenarios/own.yaml]
            announce: 10s
            cool-down: 20s
            stop-on: [deviated, error]
            schedule: [{weekly: wednesday, hours: 09-17}]
            """, files: ["days/../scenarios/own.yaml": Self.scenario])
        #expect(result.problems.isEmpty, "\(result.rendered())")
        let day = try #require(result.gameDay)
        #expect(day.name == "chaos-wednesday" && day.title == "Chaos Wednesday" && day.about == "Once a week.")
        #expect(day.drills.map(\.scenario.name) == ["kill-cell", "own"] && day.drills[1].word == "scenarios/own.yaml")
        #expect(day.drills[1].text == Self.scenario)
        #expect(day.announce == .seconds(10) && day.coolDown == .seconds(20) && day.stopOn == [.deviated, .error])
        #expect(day.schedule == [ScheduleWindow(days: [2], minutes: 540..<1_020)])
        // By default, as game days are.
        let plain = try #require(load("title: x\ndrills: [kill-cell]").gameDay)
        #expect(plain.announce == .minutes(30) && plain.coolDown == .minutes(5) && plain.stopOn.isEmpty)
    }

    @Test func whatIsWrongHasItsPlace() {
        let file = "days/Chaos Wednesday.yaml"
        #expect(problems("title: x\ndrills: [kill-cel]") == ["\(file):2 unknown-word"])
        #expect(problems("title: x\ndrills: []") == ["\(file):2 too-few"])
        #expect(problems("title: x\ndrills: [own.yaml]") == ["\(file):2 file-missing"])
        #expect(problems("drills: [kill-cell]").contains { $0.hasSuffix("missing-key") })
        #expect(problems("title: x\ndrills: [kill-cell]\nstop-on: [broken]") == ["\(file):3 unknown-word"])
        #expect(problems("title: x\ndrills: [kill-cell]\nanounce: 3s") == ["\(file):3 unknown-key"])
        // Of the scenarios that it names too, in their files.
        let bad = Self.scenario.replacing("title: A cell dies", with: "title: A cell dies\nsetle: 3s")
        #expect(
            problems("title: x\ndrills: [kill-cell, own.yaml]", files: ["days/own.yaml": bad])
                == ["days/own.yaml:2 unknown-key"])
        #expect(
            problems("title: x\ndrills: [own.yaml]", files: ["days/own.yaml": "title: x\ndrills: [kill-cell]"])
                == ["days/own.yaml:1 file-kind"])
        #expect(load("title: x\ndrills: [own.yaml]", files: ["days/own.yaml": bad]).gameDay == nil)
    }
}
