import Feed
import MeshBase
import Reports
import Sharding
import Store
import Testing
import Topology
import UVDriver
import Wire

@testable import ControlPlane

@Suite("The feed over loopback", .timeLimit(.minutes(2)))
struct LiveDeskTests {
    /// An API whose only knowledge is its feed.
    private final class Rig {
        let loop: EventLoop
        let server: APIServer
        let client: HTTPClient
        let scratch: Scratch
        let journal: Journal
        private(set) var live: LiveDesk?

        init() throws {
            scratch = try Scratch()
            loop = try EventLoop()
            server = APIServer(loop: loop, token: "s3cret")
            client = HTTPClient(loop: loop)
            journal = try Journal(path: scratch.path + "/journal.db")
            try server.listen(on: .loopback(0))
            loop.beforeWaiting { [weak server] in server?.endTurn() }
            let table = PlacementTable()
            let source = LiveSource(
                mesh: "shop", topology: { Sample.topology }, placement: { table },
                sights: {
                    Sample.topology.cells.map { _ in CellSight(state: .serving, process: .running, gossip: .alive) }
                }, routers: { Sample.topology.routers.map { _ in RouterSight(state: .serving, process: .running) } },
                routersRun: { true }, news: { MeshNews() },
                control: { ControlVitals(mesh: "shop", boot: "", epoch: 1, uptimeMilliseconds: 0) })
            live = LiveDesk(
                loop: loop, streams: server.http.streams, source: source,
                placement: try Placement(Sample.topology, table: table), journal: journal)
        }

        /// What a reader gets until the desk closes, which it does once `count` streams are open.
        func read(_ last: [UInt64?], closing count: Int, since: Int64? = nil) throws -> [HTTPAnswer] {
            server.http.onRequest = { [unowned self] stream in
                guard let id = server.http.streams.begin(stream) else { return }
                var wish = LiveDesk.Wish()
                wish.since = since
                let field = stream.pointee.request.header("last-event-id", in: stream.pointee.input.bytes)
                wish.last = field.decimal(in: stream.pointee.input.bytes)
                live?.follow(id, wish)
            }
            var answers: [Result<HTTPAnswer, HTTPClientError>] = []
            for number in last {
                var request = HTTPOutgoing(.get, server.local, "/v1/live")
                if let number { request.set("Last-Event-ID", "\(number)") }
                client.send(request, timeout: .seconds(30)) { answers.append($0) }
            }
            while server.http.streams.open.count < count { loop.runOnce() }
            live?.close()
            while answers.count < last.count { loop.runOnce() }
            return try answers.map { try $0.get() }
        }

        func finish() {
            server.close()
            client.close()
            live?.close()
            #expect(loop.close() == [])
            journal.close()
        }
    }

    /// Names of messages with their documents.
    private func messages(_ answer: HTTPAnswer) -> [(name: String, data: String)] {
        answer.text.split(separator: "\n\n").compactMap { message in
            let lines = message.split(separator: "\n")
            guard let name = lines.first(where: { $0.hasPrefix("event: ") }),
                let data = lines.first(where: { $0.hasPrefix("data: ") })
            else { return nil }
            return (String(name.dropFirst(7)), String(data.dropFirst(6)))
        }
    }

    @Test("A reader is told what the messages are read by, the shape, the state, what happened, and the end")
    func order() throws {
        let rig = try Rig()
        _ = try rig.journal.append(
            JournalEvent(time: rig.loop.wallClock(), type: "fault", action: "added", subject: "f1"))
        let answer = try rig.read([nil], closing: 1)[0]
        #expect(answer.status == 200 && answer.contentType == "text/event-stream")
        let told = messages(answer)
        try #require(told.map(\.name) == ["hello", "shape", "state", "event", "bye"])
        #expect(told[0].data.contains(#""mesh":"shop""#) && told[0].data.contains(#""source":"live""#))
        // Nobody has seen the cells serve, so that they are not said to.
        let state = try #require(ReportJSON.decode(FeedState.self, Array(told[2].data.utf8)))
        let unknown = Double(FeedCellState.allCases.firstIndex(of: .unknown) ?? -1)
        for cell in 0..<4 { #expect(state.cells[.state, cell].value(.state) == unknown) }
        #expect(told[3].data.contains(#""id":"f1""#))
        #expect(told[4].data.contains("stopping"))
        rig.finish()
    }

    @Test("Who asks for the past is told it before the present, in messages that follow from each other")
    func past() throws {
        let rig = try Rig()
        let answers = try rig.read([nil, nil, nil], closing: 3, since: 0)
        // Each reader has a state made, and so the last one has a past.
        let told = messages(answers[2])
        #expect(told.map(\.name).prefix(3) == ["hello", "shape", "state"])
        var reader = DeltaReader()
        var times: [Int64] = []
        for (name, data) in told where name == "state" || name == "delta" {
            let message = try ReportJSON.read(FeedMessage.self, Array("{\"\(name)\":\(data)}".utf8))
            try reader.take(message)
            times.append(reader.state?.t ?? 0)
        }
        #expect(times == times.sorted() && Set(times).count == times.count)
        rig.finish()
    }

    @Test("A number of another life is none to go on from")
    func resumption() throws {
        let rig = try Rig()
        let answers = try rig.read([nil, 7], closing: 2)
        for answer in answers { #expect(messages(answer).map(\.name) == ["hello", "shape", "state", "bye"]) }
        rig.finish()
    }

    @Test("Vitals of a cell make it seen; the control plane tells how many have told")
    func vitals() throws {
        let rig = try Rig()
        let vitals = CellVitals(utilisation: 0.5, isStoreFull: false, filled: 0, verified: 0, damaged: 0)
        rig.live?.take(vitals, of: ProcessName(.cell, "eu-1"))
        rig.live?.take(vitals, of: ProcessName(.cell, "nobody"))
        #expect(rig.live?.vitals.told == 1)
        let told = messages(try rig.read([nil], closing: 1)[0])
        let state = try #require(ReportJSON.decode(FeedState.self, Array(told[2].data.utf8)))
        let serving = Double(FeedCellState.allCases.firstIndex(of: .serving) ?? -1)
        #expect(state.cells[.state, 0].value(.state) == serving)
        #expect(state.cells[.state, 1].value(.state) != serving)
        rig.finish()
    }
}
