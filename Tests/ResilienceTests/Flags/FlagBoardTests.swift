import MeshBase
import Testing

@testable import Resilience

@Suite struct FlagBoardTests {
    let place = SettingsPlace(region: "us-east", cell: "us-east-1")
    let now = WallTime(milliseconds: 1_000_000)
    private func board() -> FlagBoard { FlagBoard(features: ["offers", "search"], services: ["checkout", "home"]) }

    @Test func whatNobodySetIsOn() {
        var board = board()
        board.set([], at: place, now: now)
        for feature in -1...70 { #expect(board.isOn(feature: feature, from: 0)) }
        #expect(board.isOn(feature: 0, from: 9) && board.header(for: 0) == "" && board.off(for: 9) == 0)
    }

    @Test(arguments: [
        (["mesh"], false), (["mesh", "region/us-east"], true), (["mesh", "region/us-east", "cell/us-east-1"], false),
        (["mesh", "region/us-east", "cell/us-east-1", "service/checkout"], true),
        // Of another place.
        (["region/us-west", "cell/us-east-2", "service/home"], true),
    ])
    func theNarrowestWins(_ scopes: [String], _ isOn: Bool) throws {
        // Off, on, off, on from the widest in, whatever order they were set in.
        let settings = try scopes.map { text in
            let scope = try #require(SettingsScope(text))
            return FlagEntry("offers", isOn: scope.narrowness % 2 == 1 && scopes.count < 5, scope: scope)
        }
        for order in [settings, settings.reversed()] {
            var board = board()
            board.set(order.map { $0 }, at: place, now: now)
            #expect(board.isOn(feature: 0, from: 0) == (scopes.contains("region/us-west") ? true : isOn))
        }
    }

    @Test func aServiceScopeIsOfThatServiceAlone() {
        var board = board()
        let changes = board.set([FlagEntry("search", isOn: false, scope: .service("home"))], at: place, now: now)
        #expect(board.isOn(feature: 1, from: 0) && !board.isOn(feature: 1, from: 1))
        #expect(changes == [.init(name: "search", service: "home", isOn: false, by: .service("home"))])
        #expect(board.off(for: 1) == 2)
        #expect(board.set([FlagEntry("search", isOn: false, scope: .service("home"))], at: place, now: now).isEmpty)
        #expect(board.set([], at: place, now: now).map(\.isOn) == [true])
    }

    @Test func theLaterOfEqualsWinsAsTheTopologyComesFirst() {
        var board = board()
        board.set([FlagEntry("offers", isOn: false), FlagEntry("offers", isOn: true)], at: place, now: now)
        #expect(board.isOn(feature: 0, from: 0))
    }

    @Test func whatEndsEndsByTheClockAndSaysWhen() {
        var board = board()
        let end = WallTime(milliseconds: 1_000_500)
        let settings = [
            FlagEntry("offers", isOn: false, until: end),
            FlagEntry("search", isOn: false, until: WallTime(milliseconds: 1_000_900)),
        ]
        board.set(settings, at: place, now: now)
        #expect(!board.isOn(feature: 0, from: 0) && board.nextEnd == end)
        board.set(settings, at: place, now: WallTime(milliseconds: 1_000_499))
        #expect(!board.isOn(feature: 0, from: 0))
        board.set(settings, at: place, now: end)
        #expect(board.isOn(feature: 0, from: 0) && !board.isOn(feature: 1, from: 0))
        #expect(board.nextEnd == WallTime(milliseconds: 1_000_900))
    }

    @Test func programsAreToldWhatIsSetWhereTheyStand() {
        var board = board()
        board.set(
            [
                FlagEntry("zebra", isOn: true), FlagEntry("offers", isOn: false),
                FlagEntry("beta", isOn: true, scope: .service("home")),
                FlagEntry("west", isOn: true, scope: .region("us-west")),
            ], at: place, now: now)
        #expect(board.header(for: 0) == "offers=off, zebra=on")
        #expect(board.header(for: 1) == "beta=on, offers=off, zebra=on")
    }

    @Test func featuresBeyondTheWordStayOn() {
        let names = (0..<70).map { "f\($0)" }
        var board = FlagBoard(features: names, services: ["s"])
        board.set(names.map { FlagEntry($0, isOn: false) }, at: place, now: now)
        #expect(!board.isOn(feature: 63, from: 0) && board.isOn(feature: 64, from: 0))
        #expect(board.off(for: 0) == .max)
    }

    @Test func scopesAreReadAsTheyAreWritten() {
        for text in ["mesh", "region/a", "cell/us-east-1", "service/x/y"] {
            #expect(SettingsScope(text)?.description == text)
        }
        for text in ["", "region", "region/", "zone/a", "Mesh", "/a"] { #expect(SettingsScope(text) == nil) }
    }
}
