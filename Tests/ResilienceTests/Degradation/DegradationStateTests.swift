import MeshBase
import Testing

@testable import Resilience

@Suite struct DegradationStateTests {
    let table = FeatureTable([Feature("pay", .core), Feature("reviews", .enhanced), Feature("offers", .luxury)])
    let place = SettingsPlace(region: "r", cell: "c")
    let now = WallTime(milliseconds: 0)

    static let levels: [(DegradationLevel, [Double], UInt64)] = [
        (.normal, [1, 1, 1], 0b111), (.minor, [1, 1, 0.7], 0b111), (.moderate, [1, 0.5, 0], 0b011),
        (.critical, [1, 0, 0], 0b001), (.emergency, [1, 0, 0], 0b001),
    ]

    @Test(arguments: levels)
    func eachLevelGivesUpMore(_ level: DegradationLevel, _ qualities: [Double], _ word: UInt64) {
        var state = DegradationState(table)
        state.set(manual: LevelEntry(level))
        #expect((0..<3).map { state.quality($0) } == qualities)
        #expect((0..<3).map { state.isOn($0) } == qualities.map { $0 > 0 })
        #expect(state.on == word && table.on(at: level) == word)
    }

    @Test func theGraverOfBothIsInForce() {
        var state = DegradationState(table)
        #expect(
            state.set(manual: LevelEntry(.minor), controller: .critical)
                == .init(from: .normal, to: .critical, source: .controller))
        #expect(
            state.set(manual: LevelEntry(.minor), controller: .normal)
                == .init(from: .critical, to: .minor, source: .manual(.mesh)))
        #expect(state.set(manual: LevelEntry(.minor), controller: .normal) == nil)
        #expect(state.set(manual: nil)?.source == .nobody)
    }

    @Test func aPinIsAloneInForceBothWays() {
        var state = DegradationState(table)
        state.set(manual: LevelEntry(.normal, scope: .cell("c"), isPinned: true), controller: .critical)
        #expect(state.level == .normal && state.source == .manual(.cell("c")) && state.isOn(2))
        state.set(manual: LevelEntry(.minor, isPinned: true), controller: .critical, chosen: [1, 0, 0])
        #expect(state.level == .minor && state.quality(2) == 0.7 && state.quality(1) == 1)
    }

    @Test func chosenQualitiesStandInForTheControllersLevel() {
        var state = DegradationState(table)
        state.set(manual: nil, controller: .critical, chosen: [0, 0.7, 1])
        // Core is nobody's to choose.
        #expect(state.level == .normal && (0..<3).map { state.quality($0) } == [1, 0.7, 1])
        #expect(state.source == .optimiser)
        state.set(manual: LevelEntry(.moderate), controller: .critical, chosen: [1, 0.7, 1])
        #expect((0..<3).map { state.quality($0) } == [1, 0.5, 0])
        #expect(state.explanation(of: 1).detail == "level moderate by manual (mesh): enhanced has quality 0.5")
        #expect(state.explanation(of: 2).detail == "level moderate by manual (mesh): luxury is off")
    }

    @Test func theNarrowestManualLevelDecidesUntilItEnds() {
        let settings = [
            LevelEntry(.critical), LevelEntry(.minor, scope: .region("r"), until: WallTime(milliseconds: 50)),
            LevelEntry(.normal, scope: .cell("other")),
        ]
        #expect(LevelEntry.deciding(among: settings, at: place, now: now)?.level == .minor)
        #expect(LevelEntry.deciding(among: settings.reversed(), at: place, now: now)?.level == .minor)
        #expect(LevelEntry.deciding(among: settings, at: place, now: WallTime(milliseconds: 50))?.level == .critical)
        #expect(LevelEntry.deciding(among: [], at: place, now: now) == nil)
    }

    @Test func sixtyFourFeaturesFillTheWordAndTheRestIsLeftAlone() {
        let many = FeatureTable((0..<70).map { Feature("f\($0)", .luxury) })
        var state = DegradationState(many)
        state.set(manual: LevelEntry(.critical))
        #expect(state.on == 0 && !state.isOn(63) && state.isOn(64) && state.quality(69) == 1 && state.isOn(-1))
        #expect(many.problems().map(\.reason) == ["70 features, and only 64 can be switched"])
        #expect(FeatureTable([Feature("a", .core), Feature("a", .luxury)]).problems().map(\.key) == ["features.a"])
    }

    @Test func aFeatureIsWorthWhatItEarnsForWhatItCosts() {
        let feature = Feature("offers", .luxury, revenue: 3, users: 5, strategy: 2, cost: 4)
        #expect(feature.weight == 30 && feature.score == 7.5)
        #expect(Feature("free", .luxury, cost: 0).score == .infinity)
        #expect(Feature("nothing", .luxury, revenue: .nan, users: -1, cost: 0).score == 0)
        #expect(Feature("core", .core, floor: 0.2).floor == 1)
    }

    @Test func levelsAreReadByWordAndNumber() {
        #expect(DegradationLevel("moderate") == .moderate && DegradationLevel("4") == .emergency)
        for text in ["5", "-1", "", "Normal", "off"] { #expect(DegradationLevel(text) == nil) }
    }
}
