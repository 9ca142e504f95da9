import CLibUV
import Testing

@testable import UVDriver

@Suite("Line reader", .timeLimit(.minutes(2)))
struct LineReaderTests {
    /// Reads all of `text`, written in pieces of `size` bytes with a turn of the loop after each.
    private func read(_ text: String, lineLimit: Int, size: Int) throws -> (lines: [String], skipped: Int) {
        let loop = try EventLoop()
        let ends = try makePipe()
        var lines: [String] = []
        var end: LineReader.End?
        let reader = try LineReader(loop: loop, lineLimit: lineLimit) {
            lines.append($0)
        } onEnd: {
            end = $0
        }
        try reader.open(fd: ends.reading)
        try reader.start()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            write(String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self), to: ends.writing)
            loop.runOnce()
        }
        close(ends.writing)
        try loop.turn(until: { end != nil })
        #expect(end == .ended && !reader.isOpen)
        #expect(loop.close() == [])
        return (lines, reader.skipped)
    }

    @Test("Lines arrive whole, however the bytes did", arguments: [1, 2, 3, 7, 1_000])
    func lines(_ size: Int) throws {
        let text = "one\n\ntwo words\nexactly ten"
        let (lines, skipped) = try read(text, lineLimit: 11, size: size)
        #expect(lines == ["one", "", "two words", "exactly ten"])
        #expect(skipped == 0)
    }

    @Test("A line beyond the limit is skipped whole, and reading goes on", arguments: [1, 4, 5, 1_000])
    func long(_ size: Int) throws {
        let text =
            "12345\n123456\nok\n" + String(repeating: "x", count: 500) + "\nfine\n" + String(repeating: "y", count: 9)
        let (lines, skipped) = try read(text, lineLimit: 5, size: size)
        #expect(lines == ["12345", "ok", "fine"])
        #expect(skipped == 3)
    }

    @Test("A reader closed on a line reports no other")
    func closing() throws {
        let loop = try EventLoop()
        let ends = try makePipe()
        var lines: [String] = []
        var reader: LineReader?
        reader = try LineReader(loop: loop) { line in
            lines.append(line)
            reader?.close()
        }
        try reader?.open(fd: ends.reading)
        try reader?.start()
        write("a\nb\nc\n", to: ends.writing)
        loop.run()
        #expect(lines == ["a"])
        close(ends.writing)
        reader = nil
        #expect(loop.close() == [])
    }
}
