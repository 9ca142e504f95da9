import MeshBase
import Testing

@testable import Wire

@Suite struct HTTPSessionTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: m\r\n\r\n"
    private static let last = "GET /b HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n"

    /// A session and its buffer.
    private struct Client: ~Copyable {
        var session = HTTPSession()
        var input = ByteBuffer()

        init(_ text: String = "") { input.append(text) }
        mutating func next() -> HTTPSession.Step { session.next(input.mutableBytes, limits: .standard) }
        mutating func finish(hasEnded: Bool = false) -> HTTPSession.Next {
            let (consumed, next) = session.finish(buffered: input.count, hasEnded: hasEnded)
            input.consume(consumed)
            return next
        }
        var path: String { session.request.path.text(in: input.bytes) }
    }

    @Test func requestsThatWereSentTogetherAreServedOneAfterTheOther() {
        var client = Client(Self.get + Self.last)
        #expect(client.next() == .request && client.session.isBusy && client.path == "/a")
        // The other one waits, and its bytes with it.
        #expect(client.next() == .waits)
        #expect(client.finish() == .turn && client.session.isQueued && !client.session.isBusy)
        client.session.takeTurn()
        #expect(client.next() == .request && client.path == "/b")
        #expect(client.finish() == .closes && client.input.isEmpty && client.next() == .waits)
    }

    @Test func byteByByteARequestIsIncompleteUntilItsLastByte() {
        var client = Client()
        #expect(client.next() == .waits && !client.session.hasStarted)
        for byte in Self.get.utf8.dropLast() {
            client.input.append(byte: byte)
            #expect(client.next() == .incomplete && client.session.hasStarted)
        }
        client.input.append(byte: UInt8(ascii: "\n"))
        #expect(client.next() == .request && !client.session.hasStarted)
        #expect(client.finish() == .waits)
    }

    @Test func aConnectionGetsOneTurnHoweverOftenItIsFinished() {
        var client = Client(Self.get + Self.get + Self.get)
        #expect(client.next() == .request && client.finish() == .turn)
        // Served before its turn has come, as where a client's reading makes room.
        #expect(client.next() == .request && client.finish() == .waits && client.session.isQueued)
    }

    @Test func whatCannotBeReadIsRefused() {
        var client = Client("GET /a HTTP/1.1\r\n\r\n")
        #expect(client.next() == .refused(.missingHost) && !client.session.isBusy)
    }

    @Test func aConnectionThatIsToEndDoesSoBehindWhatWasAskedAlready() {
        var client = Client(Self.get + Self.get)
        #expect(client.next() == .request)
        client.session.drain(buffered: client.input.count)
        #expect(client.finish() == .turn)
        #expect(client.next() == .request)
        client.session.drain(buffered: client.input.count)
        #expect(client.session.request.persistence == .close && client.finish() == .closes)
    }

    @Test func aClientThatHasEndedIsAnsweredAllThatItHasAsked() {
        var client = Client(Self.get + Self.get)
        #expect(client.next() == .request && client.finish(hasEnded: true) == .turn)
        client.session.takeTurn()
        #expect(client.next() == .request && client.finish(hasEnded: true) == .closes)
    }

    @Test func turnsComeInOrderAndThoseThatComeMeanwhileBehind() {
        func key(_ index: UInt32) -> SlabKey { SlabKey(index: index, generation: 1) }
        var turns = HTTPTurns()
        turns.append(key(1))
        turns.append(key(2))
        #expect(turns.next() == key(1))
        turns.append(key(3))
        #expect(turns.next() == key(2) && turns.next() == key(3) && turns.isEmpty)
        #expect(turns.next() == nil && turns.isEmpty && turns.next() == nil)
    }
}
