import MeshBase
import Reports
import Sharding
import Testing

@testable import Feed

@Suite struct EventStreamReaderTests {
    private func messages() -> [FeedMessage] {
        var coder = DeltaCoder(first: 1)
        var generator = Generator(seed: 4)
        var state = FeedState(seq: 0, t: 0, cells: 3)
        var messages: [FeedMessage] = [
            .hello(FeedHello(mesh: "m", source: .live, boot: "b", now: 0, period: 1_000, history: 0)),
            .shape(LiveModel(mesh(), placement: Placement(mesh())).shape),
        ]
        for tick in 0..<20 {
            state.change(&generator, cells: 2)
            state.t = Int64(tick)
            messages.append(coder.take(state))
        }
        return messages + [.event(FeedEvents(events: [], missed: 3)), .bye(FeedBye(reason: "stopping"))]
    }

    /// However it comes apart, with comments between and any ends of lines.
    @Test(arguments: [false, true])
    func itIsReadAsItWasSent(returns: Bool) throws {
        let messages = messages()
        var all = messages.flatMap { $0.serverSentEvent + FeedMessage.keepAlive }
        if returns { all = all.flatMap { $0 == 10 ? [13, 10] : [$0] } }
        var generator = Generator(seed: 9)
        for _ in 0..<20 {
            var reader = EventStreamReader()
            var read: [FeedMessage] = []
            var place = 0
            while place < all.count {
                let end = min(place + 1 + Int(generator.below(700)), all.count)
                read += try reader.take(all[place..<end])
                place = end
            }
            #expect(read == messages)
        }
    }

    @Test func whatIsNotUnderstoodIsSaid() throws {
        var reader = EventStreamReader()
        // Of a later release, or of nobody: passed over.
        #expect(try reader.take(Array("event: news\ndata: {}\n\nid: 4\n\ndata: x\n\n".utf8)).isEmpty)
        #expect(throws: EventStreamReader.Malformed.self) {
            _ = try reader.take(Array("event: delta\ndata: {\"seq\":\n\n".utf8))
        }
        var later = FeedHello(mesh: "m", source: .live, boot: "b", now: 0, period: 1_000, history: 0)
        later.feed = 2
        #expect(throws: EventStreamReader.Malformed.self) {
            _ = try reader.take(FeedMessage.hello(later).serverSentEvent)
        }
        // No line takes more memory than a message may.
        var endless = EventStreamReader()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        #expect(throws: EventStreamReader.Malformed.self) { for _ in 0..<20 { _ = try endless.take(piece) } }
    }
}
