import MeshBase
import Reports
import Sharding
import Testing

@testable import Feed

@Suite struct RecordingTests {
    private static func messages(_ count: Int) -> [FeedMessage] {
        var generator = Generator(seed: 5, concern: "recording")
        var coder = DeltaCoder(first: 1)
        var state = FeedState(seq: 0, t: 0, cells: 3)
        var messages: [FeedMessage] = [
            .hello(FeedHello(mesh: "m", source: .recording, boot: "b", now: 0, period: 1_000, history: 0)),
            .shape(LiveModel(mesh(), placement: Placement(mesh())).shape),
        ]
        for tick in 0..<count {
            state.change(&generator, cells: 2)
            state.t = Int64(tick)
            messages.append(coder.take(state))
        }
        return messages + [.event(FeedEvents(events: [], missed: 3)), .bye(FeedBye(reason: "stopping"))]
    }

    private func bytes(_ messages: [FeedMessage]) -> [UInt8] {
        var writer = RecordingWriter()
        return messages.flatMap { writer.take($0) }
    }

    @Test func itIsReadAsItWasWritten() throws {
        let messages = Self.messages(60)
        let all = bytes(messages)
        var generator = Generator(seed: 9)
        var reader = RecordingReader()
        var read: [FeedMessage] = []
        var place = 0
        while place < all.count {
            let end = min(place + 1 + Int(generator.below(900)), all.count)
            read += try reader.take(all[place..<end])
            place = end
        }
        #expect(read == messages)
        #expect(reader.end() == .whole(reason: "stopping"))
    }

    /// Wherever it is cut, all that came before is read.
    @Test func oneThatIsCutOffIsReadUpToTheCut() throws {
        let messages = Self.messages(20)
        let all = bytes(messages)
        let starts = [0] + all.indices.filter { all[$0] == 10 }.map { $0 + 1 }
        for cut in stride(from: 0, to: all.count, by: 37) + starts.dropLast() {
            var reader = RecordingReader()
            let read = try reader.take(all[..<cut])
            let lines = starts.count { $0 > 0 && $0 <= cut }
            #expect(read == Array(messages.prefix(lines)))
            let rest = cut - (starts.last { $0 <= cut } ?? 0)
            #expect(reader.end() == (cut == 0 ? .empty : .cutOff(lines: lines, rest: rest)))
        }
        #expect("\(RecordingReader.End.cutOff(lines: 3, rest: 9))".contains("cut off after 3 lines"))
    }

    @Test func whatIsNoRecordingIsToldWithItsLine() {
        let hello = String(decoding: Self.messages(0)[0].line, as: UTF8.self)
        for (text, line, part) in [
            ("x\n", 1, ""), ("{\"bye\":{\"reason\":\"r\"}}\n" + hello, 2, "follows the end"),
            ("{\"shape\":{}}\n", 1, ""), ("{\"event\":{\"events\":[],\"missed\":0}}\n", 1, "begins with a hello"),
            (hello + "{\"delta\":{\"seq\":1}}\n", 2, "'t' is missing"), (hello + "{\"other\":1}\n", 2, "no message"),
            (hello.replacing("\"feed\":1", with: "\"feed\":2"), 1, "later release"),
        ] {
            var reader = RecordingReader()
            do {
                _ = try reader.take(Array(text.utf8)[...])
                Issue.record("'\(text)' was read")
            } catch {
                #expect(error.line == line && (part.isEmpty || error.detail.contains(part)), "\(error)")
            }
        }
    }

    /// A line of rubbish in the middle takes nothing from what comes before it.
    @Test func whatComesBeforeADamagedLineIsRead() throws {
        let messages = Self.messages(10)
        let all = messages[..<3].flatMap(\.line) + Array("rubbish\n".utf8) + messages[3...].flatMap(\.line)
        var reader = RecordingReader()
        var read: [FeedMessage] = []
        let error = #expect(throws: RecordingReader.Malformed.self) {
            try reader.take(all[...]) { read.append($0) }
        }
        #expect(read == Array(messages[..<3]) && error?.line == 4)
        #expect(error?.damage.hasPrefix("the recording is damaged from line 4 on: ") == true)
    }

    @Test func aLineHasItsBound() throws {
        var reader = RecordingReader()
        _ = try reader.take([UInt8](repeating: 120, count: RecordingReader.longestLine)[...])
        #expect(throws: RecordingReader.Malformed.self) { try reader.take([65]) }
    }

    @Test func aFullOneSaysSo() throws {
        let messages = Self.messages(200)
        var writer = RecordingWriter(limit: 20_000)
        let all = messages.flatMap { writer.take($0) }
        #expect(all.count <= 20_000 && writer.size == all.count && writer.isFull && writer.dropped > 10)
        var reader = RecordingReader()
        let read = try reader.take(all[...])
        #expect(reader.end() == .whole(reason: "full"))
        #expect(read.dropLast() == messages.prefix(read.count - 1))
    }

    @Test func aStateIsDueEachMinute() {
        var writer = RecordingWriter()
        #expect(writer.wantsState(at: 0))
        _ = writer.take(.state(FeedState(seq: 1, t: 1_000, cells: 0)))
        #expect(!writer.wantsState(at: 60_999) && writer.wantsState(at: 61_000))
        #expect(writer.take(.detail(FeedDetail(t: 1, cells: [:]))).isEmpty)
    }
}
