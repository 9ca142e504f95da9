import Chaos
import Feed
import MeshBase
import Reports
import Testing
import Topology

@testable import SimDriver

@Suite("A run as a recording") struct SimFeedTests {
    /// What a page would be told of a run, message by message.
    private func record(_ configuration: SimConfiguration) throws -> (report: SimulationReport, [FeedMessage]) {
        var bytes: [UInt8] = []
        let feed = SimFeed { bytes += $0 }
        let report = try SimRun.run(configuration, feed: feed)
        #expect(feed.bytes == bytes.count)
        var reader = RecordingReader()
        let messages = try reader.take(bytes[...])
        #expect(reader.end() == .whole(reason: "ended"))
        return (report, messages)
    }

    private func states(_ messages: [FeedMessage]) throws -> [FeedState] {
        var reader = DeltaReader()
        var states: [FeedState] = []
        for message in messages {
            switch message {
            case .state, .delta:
                try reader.take(message)
                if let state = reader.state { states.append(state) }
            default: break
            }
        }
        return states
    }

    private func word(_ field: FeedField, _ state: FeedState, _ cell: Int) -> Int? {
        state.cells[field, cell].value(field).map { Int($0) }
    }

    private let kill = [
        SimFault(at: .seconds(3), .kill, "r1-1", for: .seconds(8)),
        SimFault(at: .seconds(14), FaultSpec(.partition, .region("r2"), .mesh), for: .seconds(3)),
    ]

    @Test func aRunThatIsWrittenDownIsTheSame() throws {
        let configuration = Meshes.configuration(seed: 5, seconds: 20, faults: kill)
        let (report, _) = try record(configuration)
        #expect(try SimRun.run(configuration).traceHash == report.traceHash)
    }

    @Test func itTellsWhatAPageOfAMeshIsTold() throws {
        let (report, messages) = try record(Meshes.configuration(seed: 5, seconds: 20, faults: kill))
        #expect(report.isOk, "\(report.complaint)")
        guard case .hello(let hello) = messages.first, case .shape(let shape) = messages[1],
            case .bye(let bye) = messages.last
        else {
            Issue.record("neither hello, shape nor bye")
            return
        }
        #expect((hello.source, hello.mesh, hello.period) == (.sim, "small", 1_000))
        #expect(shape.cells.name.count == 6)
        #expect(bye.reason == "ended")

        let states = try states(messages)
        let times = states.map(\.t)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000 })
        let cell = try #require(shape.cells.name.firstIndex(of: "r1-1"))
        func position(_ state: FeedCellState) -> Int? { FeedCellState.allCases.firstIndex(of: state) }
        let down = states.filter { word(.state, $0, cell) == position(.down) }
        #expect((7...9).contains(down.count), "down for \(down.count) of 8 s")
        let last = try #require(down.last)
        #expect(last.impact.observed.degraded > 0 && last.impact.observed.lost == 0)
        #expect(last.impact.different == 0)
        // Of whom a request would not be answered nobody predicts.
        var foretold = last.impact.ofThoseSeen
        foretold?.harmed = last.impact.observed.harmed
        #expect(last.impact.observed == foretold)
        #expect(word(.gossip, last, cell) == GossipWitness.allCases.firstIndex(of: .dead))
        #expect(last.mesh.rps.map { $0 > 100 } == true)
        let end = try #require(states.last)
        #expect(shape.cells.name.indices.allSatisfy { word(.state, end, $0) == position(.serving) })

        let struck = states.filter { !$0.faults.isEmpty }
        #expect((2...4).contains(struck.count), "in force for \(struck.count) of 3 s")
        #expect(struck.first?.faults.first?.kind == "partition")
        #expect(struck.first?.faults.first?.targets == ["region/r2", "mesh"])
        #expect(struck.contains { $0.impact.observed.degraded > 0 })
        #expect(states.allSatisfy { $0.impact.different ?? 0 == 0 })

        let events = messages.flatMap { message in
            if case .event(let events) = message { events.events.map(\.event) } else { [EventRecord]() }
        }
        let told = Set(events.map { "\($0.type) \($0.action) \($0.id)" })
        #expect(
            told.isSuperset(of: ["process kill r1-1", "member dead r1-1", "fault injected f2", "fault expired f2"]))
    }

    @Test func anEvacuationIsFollowed() throws {
        let faults = [SimFault(at: .seconds(2), .operate(.evacuate("r1")), "control")]
        let (report, messages) = try record(Meshes.configuration(seed: 6, seconds: 12, faults: faults))
        #expect(report.isOk, "\(report.complaint)")
        let states = try states(messages)
        let percents = states.compactMap(\.evacuation?.percent)
        #expect(percents == percents.sorted())
        #expect(states.contains { $0.evacuation?.outcome == .running })
        let end = try #require(states.last?.evacuation)
        #expect((end.region, end.outcome, end.percent) == ("r1", .completed, 100))
    }

    @Test func whatIsFullEnds() throws {
        let writer = RecordingWriter(limit: 4_000)
        var bytes: [UInt8] = []
        let feed = SimFeed(writer) { bytes += $0 }
        let report = try SimRun.run(Meshes.configuration(seed: 5, seconds: 10), feed: feed)
        #expect(report.isOk)
        #expect(feed.reason == "full")
        #expect(bytes.count <= 4_000)
        var reader = RecordingReader()
        #expect(try reader.take(bytes[...]).last == .bye(FeedBye(reason: "full")))
    }
}
