import MeshBase
import Resilience
import Testing

@testable import Laboratories

@Suite struct TimeoutLabTests {
    typealias Edge = TimeoutHierarchy.Edge

    private func ms(_ n: Int64) -> TimeAmount { .milliseconds(n) }

    private func settings(_ services: [TimeoutHierarchy.Service], router: TimeAmount) -> TimeoutLab.Settings {
        TimeoutLab.Settings(
            file: "shop.yaml",
            cells: [
                .init(
                    "shop", TimeoutHierarchy(services),
                    entries: services.indices.map { Edge(to: $0, timeout: .seconds(60), attempt: router) })
            ])
    }

    private func near(_ a: TimeAmount?, _ b: TimeAmount) -> Bool {
        a.map { abs(($0 - b).nanoseconds) <= 1_000 } ?? false
    }

    /// Balancer 25 s over a server of 20: database 5, API 10, 5 of its own.
    private var server: [TimeoutHierarchy.Service] {
        [
            .init(
                "server", work: .seconds(5),
                steps: [.call(Edge(to: 1, timeout: .seconds(5))), .call(Edge(to: 2, timeout: .seconds(10)))]),
            .init("database", work: .seconds(1)), .init("api", work: .seconds(2)),
        ]
    }

    @Test func theExampleOfServerAndBalancer() throws {
        let report = try TimeoutLab.run(settings(server, router: .seconds(25)))
        #expect(report.ok && report.endToEnd == .seconds(24))
        #expect(report.criticalPath == ["router", "server", "api"])
        #expect(report.requests.count == 1 && report.requests[0].need == .seconds(20))
        #expect(near(report.requests[0].callees, .seconds(20)))
        let leaves = try #require(report.requests[0].leaves)
        #expect(near(leaves.took, .seconds(20)) && leaves.isAnswered && leaves.abandoned == .zero && leaves.calls == 3)
        let call = report.paths[0].call
        #expect(call.path == ["router", "server"] && call.serial == .seconds(15) && call.parallel == .zero)
        #expect(call.limit == .seconds(25) && call.wanted == .seconds(24))
        #expect(!(try TimeoutLab.run(settings(server, router: .seconds(23)))).ok)
    }

    /// The sums are upper bounds that the engine reaches: attempts, waits, groups and their limits.
    @Test func theEngineTakesWhatTheSumsSay() throws {
        let services: [TimeoutHierarchy.Service] = [
            .init(
                "page", work: ms(50),
                steps: [
                    .call(Edge(to: 1, timeout: ms(10_000), attempt: ms(200), attempts: 3, backoffs: ms(180))),
                    .call(Edge(to: 1, timeout: ms(450), attempt: ms(200), attempts: 3, backoffs: ms(180))),
                    .parallel([Edge(to: 1, timeout: ms(300)), Edge(to: 1, timeout: ms(400))], within: nil),
                    .parallel([Edge(to: 1, timeout: ms(900)), Edge(to: 1, timeout: ms(40))], within: ms(100)),
                    .call(
                        Edge(
                            to: 1, timeout: ms(9_000), attempt: ms(100), progressive: .rising, attempts: 3,
                            backoffs: ms(20))),
                ]),
            .init("leaf", work: ms(5)),
        ]
        let need = ms(50 + 780 + 450 + 400 + 100 + 470)
        let report = try TimeoutLab.run(settings(services, router: .seconds(10)))
        let request = try #require(report.requests.first)
        #expect(request.need == need && near(request.callees, need))
        #expect(near(request.leaves?.took, need) && request.leaves?.isAnswered == true)
        let call = report.paths[0].call
        #expect(call.serial == ms(1_700) && call.parallel == ms(500) && call.work == ms(50))
    }

    /// The attempt of the caller's caller is too short: the work below goes on for nobody, and again.
    @Test func whatDoesNotFitIsDoneForNobody() throws {
        let services: [TimeoutHierarchy.Service] = [
            .init(
                "checkout", work: ms(20),
                steps: [.call(Edge(to: 1, timeout: ms(900), attempt: ms(400), attempts: 2, backoffs: ms(50)))]),
            .init(
                "payment", work: ms(20),
                steps: [.call(Edge(to: 2, timeout: ms(1_000), attempt: ms(300), attempts: 2, backoffs: ms(60)))]),
            .init("bank", work: ms(100)),
        ]
        let report = try TimeoutLab.run(settings(services, router: .seconds(2)))
        #expect(report.paths.filter { !$0.call.fits }.map(\.call.path) == [["router", "checkout", "payment"]])
        let leaves = try #require(report.requests.first?.leaves)
        // Both attempts at the payment are given up after 400 ms; the checkout goes on without it.
        #expect(near(leaves.took, ms(20 + 400 + 50 + 400)) && leaves.abandoned == ms(800))
        let curve = try #require(report.curve)
        #expect(curve.shares.count == 21 && curve.abandoned[0] == .zero && curve.abandoned[20] == ms(800))
        #expect(report.sheet.lead[0].hasPrefix("1 of "))
    }

    @Test func aRouterThatGivesUpIsSeen() throws {
        let report = try TimeoutLab.run(settings(server, router: .seconds(10)))
        let leaves = try #require(report.requests.first?.leaves)
        #expect(!leaves.isAnswered && leaves.took == .seconds(10) && leaves.abandoned == .seconds(10))
        #expect(near(report.requests[0].callees, .seconds(20)), "without the router's limit")
        #expect(report.curve?.breaksAt == 0.35, "5 + 15 x 0.35 > 10")
    }

    @Test func attemptsThatMultiplyAreNotFollowedForEver() throws {
        // Each layer has an eighth of the time of the one above, and sixteen attempts.
        var limit = ms(32_768)
        let services = (0..<7).map { number in
            defer { limit = limit / 8 }
            return TimeoutHierarchy.Service(
                "s\(number)", work: .zero,
                steps: number < 6
                    ? [.call(Edge(to: number + 1, timeout: .seconds(3_600), attempt: limit, attempts: 16))] : [])
        }
        let report = try TimeoutLab.run(settings(services, router: .seconds(3_000)))
        #expect(!report.ok && report.requests[0].callees != nil && report.requests[0].leaves == nil)
        #expect(report.sheet.tables[1].rows[0].contains(.none))
    }

    @Test func circlesHaveNoFigureAndNothingIsRefused() throws {
        let report = try TimeoutLab.run(
            settings(
                [
                    .init("a", work: ms(1), steps: [.call(Edge(to: 1, timeout: ms(100)))]),
                    .init("b", work: ms(1), steps: [.call(Edge(to: 0, timeout: ms(100)))]),
                ], router: .seconds(1)))
        #expect(!report.ok && report.endToEnd == nil && report.requests.isEmpty)
        #expect(throws: LabRefusal.self) { try TimeoutLab.run(TimeoutLab.Settings(cells: [])) }
    }

    @Test func timesAreToldToPeople() {
        #expect(LabCommandLine.told(.microseconds(928_824)) == "928.82 ms")
        #expect(LabCommandLine.told(.seconds(24)) == "24s")
    }

    @Test func filesOfTheCommandAreQuoted() {
        var settings = settings(server, router: .seconds(25))
        #expect(settings.command == "cellmesh lab timeouts shop.yaml")
        settings.file = "my shop's.yaml"
        settings.policies = "seed"
        #expect(settings.command == "cellmesh lab timeouts 'my shop'\\''s.yaml' --policies seed")
    }
}
