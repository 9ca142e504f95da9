import Foundation
import MeshBase
import Testing

@testable import Resilience

@Suite struct SettingsDocumentTests {
    let names = SettingsNames(
        regions: ["us-east"], cells: ["us-east-1"], services: ["checkout"], gates: ["us-east-1/checkout/payment"],
        flags: ["offers", "beta"], peaks: ["sale"])

    private func time(_ milliseconds: Int64) -> WallTime { WallTime(milliseconds: milliseconds) }

    private func full(_ version: UInt64 = 7) -> SettingsDocument {
        SettingsDocument(
            version: version, at: time(1_000),
            flags: [
                FlagEntry("offers", isOn: false, scope: .cell("us-east-1"), set: time(900), until: time(5_000)),
                FlagEntry("beta", isOn: true),
            ],
            breakers: [BreakerEntry("us-east-1/checkout/payment", .forcedOpen, set: time(950), until: time(4_000))],
            levels: [
                LevelEntry(.moderate, scope: .region("us-east"), isPinned: true, set: time(1), until: time(6_000))
            ],
            peak: PeakEntry("sale", set: time(10), until: time(7_000)),
            comparison: ComparisonEntry(a: .minor, b: .moderate, share: 0.25, seed: 9, until: time(8_000)))
    }

    // MARK: As JSON

    @Test func itReadsAsItWasWritten() throws {
        for document in [SettingsDocument(), full(), full(.max)] {
            let data = try JSONEncoder().encode(document)
            #expect(try JSONDecoder().decode(SettingsDocument.self, from: data) == document)
            #expect(try JSONDecoder().decode(SettingsReading.self, from: data) == .document(document))
        }
    }

    @Test func itLooksAsDocumented() throws {
        let json = """
            {"schema": 1, "version": 3, "at": 1000,
             "flags": [{"name": "offers", "value": "off", "scope": "service/checkout", "until": 2000}, {"name": "beta", "value": "on"}],
             "levels": [{"level": "critical", "pin": true}, {"level": "minor", "scope": "cell/us-east-1"}],
             "breakers": [{"gate": "g", "mode": "metrics-only", "until": 5}]}
            """
        let document = try JSONDecoder().decode(SettingsDocument.self, from: Data(json.utf8))
        #expect(
            document
                == SettingsDocument(
                    version: 3, at: time(1_000),
                    flags: [
                        FlagEntry("offers", isOn: false, scope: .service("checkout"), until: time(2_000)),
                        FlagEntry("beta", isOn: true),
                    ], breakers: [BreakerEntry("g", .metricsOnly, until: time(5))],
                    levels: [LevelEntry(.critical, isPinned: true), LevelEntry(.minor, scope: .cell("us-east-1"))]))
    }

    @Test(arguments: [
        #"{}"#, #"[]"#, #"{"schema": 1}"#, #"{"schema": 0, "version": 1, "at": 1}"#,
        #"{"schema": "1", "version": 1, "at": 1}"#,
        #"{"schema": 1, "version": -1, "at": 1}"#,
        #"{"schema": 1, "version": 1, "at": 1, "flags": [{"name": "x", "value": "maybe"}]}"#,
        #"{"schema": 1, "version": 1, "at": 1, "flags": [{"name": "x", "value": "on", "scope": "zone/a"}]}"#,
        #"{"schema": 1, "version": 1, "at": 1, "levels": [{"level": "worst"}]}"#,
        #"{"schema": 1, "version": 1, "at": 1, "breakers": [{"gate": "x", "mode": "forced-open"}]}"#,
        #"{"schema": 1, "version": 1, "at": 1, "flags": "x"}"#,
    ])
    func whatIsNoDocumentIsRefusedWhole(_ json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(SettingsReading.self, from: Data(json.utf8))
        }
    }

    @Test func aNewerSchemaIsToldApartWhateverIsInIt() throws {
        let json = #"{"schema": 2, "version": 9, "at": {"day": 1}, "flags": 7}"#
        #expect(
            try JSONDecoder().decode(SettingsReading.self, from: Data(json.utf8)) == .newer(schema: 2, version: 9))
    }

    // MARK: Time

    @Test func eachEntryEndsByItself() {
        let document = full()
        var now = time(2_000)
        var ends: [Int64] = []
        while let next = document.nextEnd(after: now) {
            ends.append(next.milliseconds)
            now = next
        }
        #expect(ends == [4_000, 5_000, 6_000, 7_000, 8_000])
        #expect(document.inForce(at: time(3_999)) == document)
        let late = document.inForce(at: time(6_500))
        #expect(late.flags.map(\.name) == ["beta"] && late.breakers.isEmpty && late.levels.isEmpty)
        #expect(late.peak != nil && late.version == 7)
        #expect(document.inForce(at: time(9_000)).comparison == nil)
    }

    // MARK: Changes

    @Test func theNextVersionDropsWhatHasEndedAndReplacesWhatIsSetAgain() {
        let next = full().raised(at: time(4_500)) { document in
            document.set(FlagEntry("offers", isOn: true, scope: .cell("us-east-1")))
            document.set(FlagEntry("offers", isOn: false))
            document.set(LevelEntry(.minor))
            document.removeLevel(scope: .region("us-east"))
        }
        #expect(next.version == 8 && next.at == time(4_500) && next.breakers.isEmpty)
        #expect(
            next.flags.map { "\($0.name) \($0.scope) \($0.isOn)" } == [
                "beta mesh true", "offers cell/us-east-1 true", "offers mesh false",
            ])
        #expect(next.levels == [LevelEntry(.minor)])
        #expect(full(.max).raised(at: time(0)) { _ in }.version == .max)
    }

    // MARK: Problems

    @Test func whatIsNotKnownIsNamedWithItsPath() {
        #expect(full().problems(in: names).isEmpty)
        var document = full()
        document.set(FlagEntry("ofers", isOn: false, scope: .region("us-eats")))
        document.set(BreakerEntry("nowhere", .disabled, until: time(9_000)))
        document.set(LevelEntry(.minor, scope: .cell("us-east-9")))
        document.peak = PeakEntry("sail", set: time(0), until: time(9_000))
        let problems = document.problems(in: names)
        #expect(
            problems.map(\.path) == [
                "flags[2].name", "flags[2].scope", "breakers[1].gate", "levels[1].scope", "peak.name",
            ])
        #expect(problems.map(\.word) == ["ofers", "us-eats", "nowhere", "us-east-9", "sail"])
        let text = problems[0].text { word, known in
            known.contains("offers") ? "did you mean 'offers', not '\(word)'?" : nil
        }
        #expect(text == "flags[2].name: there is no flag 'ofers'; did you mean 'offers', not 'ofers'?")
        #expect(problems[2].text { _, _ in nil } == "breakers[1].gate: there is no gate 'nowhere'")
    }

    @Test func whatContradictsItselfIsNamed() {
        var document = full()
        document.flags.append(FlagEntry("beta", isOn: false))
        document.flags.append(FlagEntry("a,b", isOn: false))
        document.breakers.append(document.breakers[0])
        document.levels.append(LevelEntry(.minor, scope: .service("checkout")))
        document.levels.append(LevelEntry(.minor, scope: .region("us-east")))
        document.comparison?.share = 1
        #expect(
            document.problems().map(\.path) == [
                "flags[2]", "flags[3].name", "breakers[1]", "levels[1].scope", "levels[2]", "comparison.share",
            ])
        document.flags = (0...SettingsDocument.most).map { FlagEntry("f\($0)", isOn: true) }
        #expect(document.problems().map(\.path) == ["flags"])
    }
}
