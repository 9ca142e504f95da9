import Reports
import Testing

@testable import Terminal

@Suite struct CharsetTests {
    @Test func theTerminalDecides() {
        #expect(Charset(term: "xterm-256color", locale: "en_US.UTF-8") == .braille)
        #expect(Charset(term: "linux", locale: "C.utf8") == .blocks)
        #expect(Charset(term: "linux", locale: "C") == .ascii)
        #expect(Charset(term: "tmux", locale: nil) == .ascii)
    }

    @Test func valuesAreDrawn() {
        let values: [Float?] = [nil, 0, 0.3, 0.6, 1, 7]
        #expect(Charset.blocks.spark(values[...], columns: 6) == " \u{2581}\u{2583}\u{2585}\u{2588}\u{2588}")
        #expect(Charset.ascii.spark(values[...], columns: 8) == "    -+##")
        #expect(Charset.braille.spark(values[...], columns: 3) == "\u{2880}\u{28F4}\u{28FF}")
        #expect(Charset.blocks.spark([], columns: 3) == "   ")
        #expect(Charset.ascii.fitted("caf\u{E9} a") == "caf? a")
    }

    @Test func figuresAreShort() {
        #expect(Figures.percent(0.99998, 2) == "99.99 %" && Figures.percent(1, 2) == "100.00 %")
        #expect(Figures.percent(0.00001, 1) == "<0.1 %" && Figures.percent(0, 1) == "0.0 %")
        #expect(Figures.percent(0.999) == ">99 %" && Figures.percent(nil) == "-")
        #expect(Figures.milliseconds(4.11) == "4.1" && Figures.milliseconds(44.4) == "44")
        #expect(Figures.milliseconds(1_234) == "1.2s" && Figures.milliseconds(12_345) == "12s")
        #expect(Figures.rate(0) == "0" && Figures.rate(4.22) == "4.2" && Figures.rate(123_456) == "123k")
        #expect(Figures.span(milliseconds: 131_000) == "2 min 11 s" && Wording.count(-12_345) == "-12 345")
        #expect(Figures.clock(milliseconds: Samples.t) == "12:04:31")
    }
}
