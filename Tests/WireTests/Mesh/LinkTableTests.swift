import MeshBase
import Testing

@testable import Wire

/// One end of a connection, and what has arrived there.
private struct End: ~Copyable {
    var input = ByteBuffer()
    var output = ByteBuffer()

    mutating func takeOutput() -> [UInt8] {
        defer { output.removeAll() }
        return Array(output.bytes)
    }
}

private func identity(_ name: String, secret: UInt8 = 1) -> LinkIdentity {
    LinkIdentity(secret: Array(repeating: secret, count: 32), mesh: "m", name: name)
}
private func nonce(_ byte: UInt8) -> [UInt8] { Array(repeating: byte, count: LinkHandshake.nonceSize) }

@Suite struct LinkTableTests {
    private let cell = CellIndex(1)
    private let connection = SlabKey(index: 3, generation: 4)

    /// A table whose link to the cell is being opened, with what the opener says first.
    private func opening(to name: String = "cell-1", _ end: inout End) -> LinkTable {
        var table = LinkTable(cells: 2)
        table.tries(connection, to: cell)
        table.connected(
            cell, LinkSession(opening: identity("router-1"), to: name, nonce: nonce(1), output: &end.output))
        return table
    }

    @Test func aLinkIsOpenOnceBothEndsHaveProvenThemselvesAndNotBefore() throws {
        var here = End()
        var there = End()
        var table = opening(&here)
        var acceptor = LinkSession(accepting: identity("cell-1"), nonce: nonce(2))
        // Byte by byte: nothing of it is a frame's.
        for _ in 0..<2 {
            for byte in here.takeOutput() {
                there.input.append(byte: byte)
                _ = try acceptor.advance(&there.input, output: &there.output)
            }
            for byte in there.takeOutput() {
                #expect(table.open(to: cell) == nil && table.isOpening(connection, to: cell) && !acceptor.isOpen)
                here.input.append(byte: byte)
                _ = try table.advance(cell, &here.input, output: &here.output)
            }
        }
        #expect(acceptor.isOpen && acceptor.peer == "router-1")
        #expect(LinkSession.begins(with: LinkHandshake.magic[0]) && !LinkSession.begins(with: UInt8(ascii: "G")))
        #expect(table.open(to: cell) == connection && !table.isOpening(connection, to: cell))
        #expect(table.open(to: CellIndex(0)) == nil)
    }

    @Test func whatComesBehindTheProofIsLeftForFrames() throws {
        var here = End()
        var there = End()
        var table = opening(&here)
        var acceptor = LinkSession(accepting: identity("cell-1"), nonce: nonce(2))
        there.input.append(here.takeOutput())
        #expect(try !acceptor.advance(&there.input, output: &there.output))
        here.input.append(there.takeOutput() + [9, 8])
        #expect(try table.advance(cell, &here.input, output: &here.output))
        #expect(Array(here.input.bytes) == [9, 8])
        there.input.append(here.takeOutput() + [7])
        #expect(try acceptor.advance(&there.input, output: &there.output))
        #expect(try acceptor.advance(&there.input, output: &there.output) && Array(there.input.bytes) == [7])
    }

    @Test func anotherCellThanTheOneThatIsMeantIsRefused() throws {
        var here = End()
        var there = End()
        var table = opening(to: "cell-2", &here)
        var acceptor = LinkSession(accepting: identity("cell-1"), nonce: nonce(2))
        there.input.append(here.takeOutput())
        _ = try acceptor.advance(&there.input, output: &there.output)
        here.input.append(there.takeOutput())
        #expect(throws: LinkHandshake.Failure.badName) {
            try table.advance(cell, &here.input, output: &here.output)
        }
        #expect(table.open(to: cell) == nil)
    }

    @Test func whatIsToldOfAConnectionThatWasGivenUpMeansNothing() {
        var end = End()
        var table = opening(&end)
        let next = SlabKey(index: 3, generation: 5)
        table.tries(next, to: cell)
        #expect(!table.lost(connection, to: cell) && !table.isLink(connection, to: cell) && !table.isIdle)
        #expect(table.lost(next, to: cell) && !table.lost(next, to: cell) && table.isIdle)
        table.tries(next, to: cell)
        #expect(table.close(cell) == next && table.close(cell) == nil && !table.lost(next, to: cell))
    }

    @Test func anOpeningThatHangsIsNoConnection() {
        var table = LinkTable(cells: 1)
        table.grow(to: 2)
        table.hangs(to: cell, since: .zero + .seconds(1))
        #expect(!table.isIdle && table.hangsSince(to: cell) == .zero + .seconds(1))
        #expect(table.open(to: cell) == nil && !table.isOpening(connection, to: cell))
        #expect(table.close(cell) == nil && table.isIdle && table.hangsSince(to: cell) == nil)
    }
}

@Suite struct FrameReaderTests {
    private struct Reader: FrameReader {
        var most: Int
        var requests: [UInt64] = []
        var isReading: Bool { requests.count < most }
        mutating func read(_ frame: borrowing FrameView) { requests.append(frame.head.request) }
    }

    private func frames(_ count: Int) -> [UInt8] {
        var buffer = ByteBuffer()
        for request in 0..<count {
            let head = FrameHead(
                kind: .ping, request: UInt64(request), customer: CustomerHash(rawValue: 0), epoch: Epoch(0))
            FrameCodec.append(head, into: &buffer)
        }
        return Array(buffer.bytes)
    }

    private func read(_ bytes: [UInt8], by reader: inout Reader) throws -> Int {
        try bytes.withUnsafeBytes { try FrameCodec.read($0, bodyLimit: 1024, by: &reader) }
    }

    @Test func wholeFramesAreHandedOverWhileTheReaderTakesThem() throws {
        let bytes = frames(5)
        for cut in bytes.indices {
            var reader = Reader(most: 3)
            let used = try read(Array(bytes[..<cut]), by: &reader)
            let whole = min(3, cut * 5 / bytes.count)
            #expect(reader.requests == (0..<whole).map { UInt64($0) } && used == whole * bytes.count / 5)
        }
    }

    @Test func framesBeforeABrokenOneAreRead() throws {
        var reader = Reader(most: 9)
        #expect(throws: FrameFailure.self) { try read(frames(2) + [1, 0, 0, 0, 0], by: &reader) }
        #expect(reader.requests == [0, 1])
    }
}
