import MeshBase
import Resilience
import Testing

@testable import ControlPlane

@Suite struct SameSettingsTests {
    private let early = WallTime(milliseconds: 1)
    private let late = WallTime(milliseconds: 2)

    @Test func theSameAgainIsNoChange() {
        let document = SettingsDocument(
            flags: [FlagEntry("offers", isOn: false, set: early)],
            breakers: [BreakerEntry("a/b/c", .closed, set: early, until: late)],
            levels: [LevelEntry(.minor, set: early)])
        #expect(document.says(.setFlag(FlagEntry("offers", isOn: false, set: late))))
        #expect(document.says(.setLevel(LevelEntry(.minor, set: late))))
        for other: SettingsEdit in [
            .setFlag(FlagEntry("offers", isOn: true)), .setFlag(FlagEntry("offers", isOn: false, scope: .cell("a"))),
            .setFlag(FlagEntry("offers", isOn: false, until: late)), .setLevel(LevelEntry(.minor, isPinned: true)),
            .setLevel(LevelEntry(.moderate)), .setLevel(LevelEntry(.minor, scope: .region("a"))),
            .setLevel(LevelEntry(.minor, until: late)),
            .holdBreaker(BreakerEntry("a/b/c", .closed, set: late, until: late)),
        ] { #expect(!document.says(other), "\(other)") }
    }
}
