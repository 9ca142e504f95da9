import MeshBase
import Testing

@testable import Terminal

@Suite struct KeyReaderTests {
    private func keys(_ text: String) -> [Key] {
        var reader = KeyReader()
        return reader.take(text.utf8) + reader.flush()
    }

    @Test func keysAreRead() {
        #expect(keys("a:\u{E9}") == [.character("a"), .character(":"), .character("\u{E9}")])
        #expect(keys("\r\n\u{7F}\u{8}\t") == [.enter, .enter, .backspace, .backspace, .tab])
        #expect(keys("\u{3}\u{15}") == [.control("c"), .control("u")])
        #expect(keys("\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}[D") == [.up, .down, .right, .left])
        #expect(keys("\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[4~\u{1B}[3~") == [.pageUp, .pageDown, .home, .end, .delete])
        #expect(keys("\u{1B}[1;5A") == [.up])
        #expect(keys("\u{1B}") == [.escape])
        #expect(keys("\u{1B}\u{1B}[A") == [.escape, .up])
    }

    /// What a terminal answers, function keys, Alt and control characters in two bytes are no keys.
    @Test func whatIsNoKeyIsPassedOver() {
        #expect(keys("\u{1B}[?1;2cx") == [.character("x")])
        #expect(keys("\u{1B}[[Ax") == [.character("x")])
        #expect(keys("\u{1B}kx") == [.character("x")])
        #expect(keys("\u{9B}x") == [.character("x")])
        var reader = KeyReader()
        #expect(reader.take([0xFF, 0x80, 0xC3, UInt8(ascii: "x")]) == [.character("x")])
        #expect(reader.flush().isEmpty)
        // A sequence without an end is not kept.
        #expect(reader.take(Array("\u{1B}[".utf8) + Array(repeating: UInt8(ascii: "1"), count: 100)).isEmpty)
        #expect(reader.take("x".utf8) == [.character("x")])
    }

    /// However the bytes come apart, the keys are the same.
    @Test func piecesMakeTheSameKeys() {
        let text = "k\u{1B}[Aj\u{1B}[6~\u{E9}\u{1B}OFq\u{20AC}"
        let whole = keys(text)
        var generator = Generator(seed: 3)
        for _ in 0..<200 {
            var reader = KeyReader()
            var found: [Key] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = 1 + Int(generator.below(UInt64(rest.count)))
                found += reader.take(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(found + reader.flush() == whole)
        }
    }
}
