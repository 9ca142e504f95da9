import MeshBase
import Testing
import Wire

@testable import LoadGenerator

/// Real sockets on loopback. What is asserted are counts, and lower bounds of times that the responder itself makes.
@Suite(.serialized) struct LoadRunTests {
    private func configuration(
        rate: Double = 500, milliseconds: Int64 = 400, customers: Int = 20
    ) -> LoadConfiguration {
        var configuration = LoadConfiguration(
            rate: rate, duration: .milliseconds(milliseconds), customers: customers)
        configuration.arrivals = .uniform
        configuration.connections = 8
        configuration.run = 0x1234
        return configuration
    }

    @Test func aWholeResponderIsWholeInTheReport() throws {
        var configuration = configuration()
        configuration.verifies = true
        configuration.checksRegisters = true
        configuration.priorities = try PriorityMix("critical=50%,low=50%")
        configuration.objectives = [
            try Objective("success>=100%"), try Objective("lost_writes==0"), try Objective("p99<1us"),
        ]
        let (report, responder) = try runLoad(configuration)
        #expect(report.requests == 200)
        #expect(report.ok == 200 && report.failed == 0 && report.dropped == 0)
        #expect(report.byOutcome == ["ok": 200])
        #expect(report.customers.seen == report.customers.untouched && report.customers.seen > 10)
        #expect(report.writes.verified && report.writes.lost == 0 && report.writes.unverified == 0)
        #expect(report.writes.acknowledged > 20)
        #expect(report.slo.map(\.ok) == [true, true, false])
        #expect(report.verdicts.map(\.ok) == [true, true], "\(report.verdicts)")
        #expect(!report.partial)
        #expect(report.connections.opened == 8 && report.connections.lost == 0)
        #expect(report.byPriority.keys.sorted() == ["critical", "low"])
        #expect(responder.priorities["critical"]! > 0 && responder.priorities["low"]! > 0)
        #expect(responder.targets.contains { $0.hasSuffix("/services/checkout") })
        #expect(responder.targets.contains { $0.contains("/records/k") })
    }

    @Test func aStallShowsInTheLatencyOfAllThatWereMeantForIt() throws {
        var configuration = configuration(rate: 500, milliseconds: 600)
        configuration.queue = 10_000
        let (report, _) = try runLoad(configuration) { responder, _ in
            try responder.after(.milliseconds(100)) { responder.isStalled = true }
            try responder.after(.milliseconds(400)) { responder.isStalled = false }
        }
        #expect(report.requests == 300 && report.ok == 300)
        // About half of the requests were meant for the stall of 0.3 s; a closed loop would have seen eight.
        #expect(report.latencyMs.p90 > 100)
        #expect(report.latencyMs.p99 > 200)
    }

    @Test func whatDoesNotFitIntoTheQueueIsDropped() throws {
        var configuration = configuration()
        configuration.queue = 5
        configuration.timeout = .milliseconds(300)
        let (report, _) = try runLoad(configuration) { responder, _ in responder.isSilent = true }
        #expect(report.requests == 200 && report.ok == 0)
        #expect(report.dropped > 100)
        #expect(report.byOutcome["timeout"]! >= 8)
        #expect(report.byOutcome["dropped"] == report.dropped)
        #expect(report.latencyMs.max >= 300)
        #expect(report.connections.lost >= 8)
        #expect(report.writes.unknown > 0)
    }

    @Test func droppedConnectionsAreCountedAndOpenedAgain() throws {
        let (report, _) = try runLoad(configuration()) { responder, _ in responder.dropsEvery = 10 }
        #expect(report.requests == 200)
        #expect(report.byOutcome["connection-lost"]! >= 15)
        #expect(report.ok >= 150)
        #expect(report.ok + report.failed + report.dropped == report.requests)
        #expect(report.connections.lost >= 15)
        #expect(report.connections.opened > 8)
    }

    @Test func nobodyThereIsUnreachable() throws {
        let (report, _) = try runLoad(configuration(milliseconds: 200), target: .loopback(1))
        #expect(report.requests == 100)
        #expect(report.byOutcome["unreachable"] == 100)
        #expect(report.connections.failed >= 8 && report.connections.opened == 0)
    }

    @Test func lostWritesAreFoundByReadingBack() throws {
        var configuration = configuration()
        configuration.verifies = true
        configuration.checksRegisters = true
        configuration.verificationPatience = .milliseconds(300)
        let (report, _) = try runLoad(configuration) { responder, _ in responder.forgetsEvery = 7 }
        #expect(report.writes.verified)
        let failed = report.verdicts.filter { !$0.ok }
        #expect(!failed.isEmpty, "\(report.verdicts)")
    }

    @Test func anEmptiedStoreHasLostAllItAcknowledged() throws {
        var configuration = configuration(milliseconds: 200)
        configuration.mix = try LoadMix("writes=100%")
        configuration.verifies = true
        configuration.verificationPatience = .milliseconds(300)
        configuration.objectives = [try Objective("lost_writes==0")]
        let (report, _) = try runLoad(configuration) { responder, _ in responder.forgetsAllOnRead = true }
        #expect(report.writes.acknowledged == 100)
        #expect(report.writes.lost == 100)
        #expect(!report.metObjectives)
    }

    @Test func aRefusedReadBackIsUnverifiedAndNotLost() throws {
        var configuration = configuration(milliseconds: 200)
        configuration.mix = try LoadMix("writes=100%")
        configuration.verifies = true
        configuration.verificationPatience = .milliseconds(100)
        let (report, _) = try runLoad(configuration) { responder, _ in
            responder.problem = { method, _ in method == .get ? (503, "no-quorum") : nil }
        }
        #expect(report.writes.acknowledged == 100)
        #expect(report.writes.lost == 0 && report.writes.unverified == 100)
    }

    @Test func aRefusedWriteIsNotOfUnknownOutcomeAndAnUnknownOneIs() throws {
        var configuration = configuration(milliseconds: 200)
        configuration.mix = try LoadMix("writes=100%")
        let refused = try runLoad(configuration) { responder, _ in responder.problem = { _, _ in (503, "no-quorum") } }
        #expect(refused.report.writes.unknown == 0 && refused.report.writes.acknowledged == 0)
        #expect(refused.report.byOutcome["no-quorum"] == 100)
        let unknown = try runLoad(configuration) { responder, _ in
            responder.problem = { _, _ in (504, "outcome-unknown") }
        }
        #expect(unknown.report.writes.unknown == 100)
    }

    @Test func theBlastRadiusComesFromTheShardStates() throws {
        var configuration = configuration(rate: 1000, customers: 10)
        configuration.popularity = .uniform
        let (report, _) = try runLoad(configuration) { responder, _ in
            responder.serving = { $0 == "c1" ? 0 : $0 == "c2" || $0 == "c3" ? 2 : 3 }
            responder.problem = { $1 == "c1" ? (503, "shard-down") : nil }
        }
        #expect(report.customers.lost == 1)
        #expect(report.customers.degraded == 2)
        #expect(report.customers.untouched == 7)
        #expect(report.byOutcome["shard-down"]! > 0)
    }

    @Test func aStopEndsItEarlyWithAPartialReport() throws {
        var configuration = configuration(rate: 200, milliseconds: 60_000)
        configuration.verifies = true
        let (report, _) = try runLoad(configuration) { responder, run in
            try responder.after(.milliseconds(300)) { run.stop() }
        }
        #expect(report.partial)
        #expect(report.requests < 1000 && report.requests == report.ok)
        #expect(report.durationMs < 60_000)
        #expect(report.writes.verified && report.writes.lost == 0)
    }

    @Test func aSecondStopLeavesEverythingBe() throws {
        var configuration = configuration(rate: 200, milliseconds: 60_000)
        configuration.verifies = true
        configuration.mix = try LoadMix("writes=100%")
        let (report, _) = try runLoad(configuration) { responder, run in
            responder.isSilent = true
            try responder.after(.milliseconds(200)) {
                run.stop()
                run.stop()
            }
        }
        #expect(report.partial && !report.writes.verified)
        let unfinished = report.byOutcome["unfinished"] ?? 0
        #expect(report.requests == 0 && unfinished > 0)
        #expect(report.writes.unknown == min(8, Int(unfinished)))
    }

    @Test func equalSeedsAskForTheSame() throws {
        var configuration = configuration()
        configuration.seed = 99
        let first = try runLoad(configuration).responder.targets
        let second = try runLoad(configuration).responder.targets
        #expect(first == second && first.count > 20)
        configuration.seed = 100
        #expect(try runLoad(configuration).responder.targets != first)
    }

    @Test func connectionsThatTheServerClosesAreOpenedAgainAtOnce() throws {
        let (report, _) = try runLoad(configuration(rate: 100, milliseconds: 500)) { responder, _ in
            // Each time after some were answered: on a busy machine three times may come at once.
            func close(after count: Int, left: Int) {
                try? responder.after(.milliseconds(10)) {
                    guard responder.requests >= count else { return close(after: count, left: left) }
                    responder.closeConnections()
                    if left > 1 { close(after: responder.requests + 12, left: left - 1) }
                }
            }
            close(after: 12, left: 3)
        }
        #expect(report.requests == 50)
        #expect(report.connections.opened >= 16)
        #expect(report.byOutcome["unreachable"] == nil)
        #expect(report.ok >= 50 - 3 * 8)
    }
}
