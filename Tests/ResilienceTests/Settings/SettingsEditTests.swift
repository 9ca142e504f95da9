import MeshBase
import Testing

@testable import Resilience

@Suite struct SettingsEditTests {
    private let names = SettingsNames(
        regions: ["us"], cells: ["us-1"], services: ["checkout"], gates: ["us-1/checkout/payment"], flags: ["offers"],
        peaks: ["sale"])
    private let now = WallTime(milliseconds: 1_000)

    @Test func eachEditSetsAndTakesBack() {
        var document = SettingsDocument()
        for edit: SettingsEdit in [
            .setFlag(FlagEntry("offers", isOn: false)), .setFlag(FlagEntry("offers", isOn: true, scope: .cell("us-1"))),
            .holdBreaker(BreakerEntry("us-1/checkout/payment", .forcedOpen, until: now)),
            .setLevel(LevelEntry(.moderate)), .beginPeak(PeakEntry("sale", set: now, until: now)),
            .compare(ComparisonEntry(a: .normal, b: .minor)), .setNotice(NoticeEntry("we move")),
        ] { document.apply(edit) }
        #expect(document.flags.count == 2 && document.breakers.count == 1 && document.levels.count == 1)
        #expect(document.peak?.name == "sale" && document.comparison?.b == .minor)
        #expect(document.notice?.text == "we move")
        for edit: SettingsEdit in [
            .removeFlag("offers", .mesh), .resetBreaker("us-1/checkout/payment"), .removeLevel(.mesh), .endPeak,
            .endComparison, .removeNotice,
        ] { document.apply(edit) }
        #expect(document == SettingsDocument(flags: [FlagEntry("offers", isOn: true, scope: .cell("us-1"))]))
    }

    @Test func unknownNamesAreRefusedWithWhatIsKnown() {
        let problems = SettingsDocument().problems(
            of: [.setFlag(FlagEntry("ofers", isOn: false)), .setLevel(LevelEntry(.minor, scope: .cell("us-9")))],
            in: names)
        #expect(problems.map(\.word) == ["ofers", "us-9"])
        #expect(problems.first?.known == ["offers"])
        #expect(
            SettingsDocument().problems(of: [.removeFlag("ofers", .mesh)], in: names).map(\.word) == ["ofers"])
    }

    @Test func whatAnEarlierBlueprintKnewIsNoHindrance() {
        let document = SettingsDocument(
            flags: [FlagEntry("banners", isOn: false)], breakers: [BreakerEntry("x/y/z", .disabled, until: now)],
            levels: [LevelEntry(.minor, scope: .cell("gone"))])
        #expect(document.problems(of: [.setFlag(FlagEntry("offers", isOn: false))], in: names).isEmpty)
        let back: [SettingsEdit] = [.removeFlag("banners", .mesh), .resetBreaker("x/y/z"), .removeLevel(.cell("gone"))]
        #expect(document.problems(of: back, in: names).isEmpty)
    }

    @Test func whatNobodyWouldHeedIsRefused() {
        var names = names
        names.idle = .init(
            gates: ["us-1/checkout/payment"], flags: ["offers"], levels: [.mesh, .region("us"), .cell("us-1")])
        let edits: [SettingsEdit] = [
            .setFlag(FlagEntry("offers", isOn: false)),
            .holdBreaker(BreakerEntry("us-1/checkout/payment", .forcedOpen, until: now)),
            .setLevel(LevelEntry(.moderate, scope: .region("us"))), .compare(ComparisonEntry(a: .normal, b: .minor)),
        ]
        for (edit, policy) in zip(edits, ["flags", "breaker", "degradation", "degradation"]) {
            let problems = SettingsDocument().problems(of: [edit], in: names)
            #expect(problems.count == 1 && problems[0].message.contains("the policy '\(policy)' is off"), "\(problems)")
        }
        // What was set while it was on can be taken back.
        let document = SettingsDocument(flags: [FlagEntry("offers", isOn: false)])
        #expect(document.problems(of: [.removeFlag("offers", .mesh)], in: names).isEmpty)
    }

    @Test func whatIsSetElsewhereIsNotTakenBackHere() {
        let document = SettingsDocument(
            flags: [FlagEntry("offers", isOn: false, scope: .cell("us-1"))],
            levels: [LevelEntry(.minor, scope: .region("us"))])
        let edits: [SettingsEdit] = [.removeFlag("offers", .mesh), .removeLevel(.mesh)]
        #expect(
            document.problems(of: edits, in: names).map(\.message) == [
                "'offers' is not set in mesh, but in cell/us-1: name that place",
                "a level is not set in mesh, but in region/us: name that place",
            ])
        #expect(SettingsDocument().problems(of: edits, in: names).isEmpty)
    }

    @Test func oneEntryTooManyIsRefused() {
        let flags = (0..<SettingsDocument.most).map { FlagEntry("f\($0)", isOn: false) }
        let document = SettingsDocument(flags: flags)
        let problems = document.problems(of: [.setFlag(FlagEntry("offers", isOn: false))], in: names)
        #expect(problems.map(\.path) == ["flags"])
    }
}
