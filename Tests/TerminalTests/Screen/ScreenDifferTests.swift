import MeshBase
import Testing

@testable import Terminal

@Suite struct ScreenDifferTests {
    private let size = ScreenSize(columns: 10, rows: 3)

    @Test func linesThatHaveChangedAreWritten() {
        var differ = ScreenDiffer(.braille, hasColors: false)
        let first = differ.update([ScreenLine("one"), ScreenLine("two")], size)
        #expect(first.contains("\u{1B}[2J") && first.contains("\u{1B}[1;1Hone") && first.contains("\u{1B}[2;1Htwo"))
        #expect(differ.update([ScreenLine("one"), ScreenLine("two")], size) == "")
        #expect(differ.update([ScreenLine("one"), ScreenLine("2")], size) == "\u{1B}[2;1H2\u{1B}[K")
        // A line as wide as the screen erases nothing: the cursor stands on its last character.
        #expect(differ.update([ScreenLine("0123456789ab"), ScreenLine("2")], size) == "\u{1B}[1;1H0123456789")
        #expect(differ.update([], size) == "\u{1B}[1;1H\u{1B}[K\u{1B}[2;1H\u{1B}[K")
        #expect(differ.update([], ScreenSize(columns: 9, rows: 3)) == ScreenCodes.clear)
        differ.forget()
        #expect(differ.update([ScreenLine("x")], ScreenSize(columns: 9, rows: 3)).hasPrefix(ScreenCodes.clear))
    }

    /// Names come from anyone: no byte of one controls the terminal, whatever it is drawn in.
    @Test func nothingInANameControlsTheTerminal() {
        let evil = "a\u{1B}]0;t\u{7}\u{1B}[2J\u{9B}31m\r\n\u{202E}b"
        var line = ScreenLine(evil, .bad, isBold: true)
        line.add(evil, columns: 12)
        for charset in Charset.allCases {
            let painted = line.painted(charset, hasColors: false)
            let rest = painted.replacing("\u{1B}[1m", with: "").replacing("\u{1B}[0m", with: "")
            #expect(
                rest.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}"
                })
        }
        var state = Samples.kill()
        state.faults[0].targets = [evil]
        state.breakers[0].name = "us-east-2/\(evil)/x"
        let names = (0..<12).map { "\(evil)\($0)" }
        for view in TopView.allCases {
            let model = Samples.model(view, shape: Samples.shape(names: names), state: state)
            var differ = ScreenDiffer(.braille, hasColors: true)
            let lines = TopScreen.lines(model, ScreenSize(columns: 200, rows: 60), .braille, now: Samples.now)
            let text = differ.update(lines, ScreenSize(columns: 200, rows: 60))
            #expect(!text.contains("\u{1B}]") && !text.contains("\u{7}") && !text.contains("\u{9B}"), "\(view)")
            // What is erased is the whole screen once, by the screen itself.
            #expect(text.ranges(of: "\u{1B}[2J").count == 1, "\(view)")
        }
    }

    /// Whatever was shown before, the terminal shows the lines afterwards.
    @Test func anyChangeArrives() {
        var generator = Generator(seed: 11)
        var differ = ScreenDiffer(.ascii, hasColors: true)
        var terminal = FakeTerminal()
        for _ in 0..<500 {
            let size = ScreenSize(columns: 1 + Int(generator.below(12)), rows: 1 + Int(generator.below(5)))
            let kept = generator.chance(0.7) ? terminal.size ?? size : size
            let lines = (0..<Int(generator.below(6))).map { _ in
                ScreenLine(
                    String("abcdefghijklmnop".prefix(Int(generator.below(14)))), generator.chance(0.3) ? .bad : .plain)
            }
            terminal.resize(kept)
            terminal.take(differ.update(lines, kept))
            let expected = (0..<kept.rows).map { $0 < lines.count ? lines[$0].clipped(to: kept.columns).text : "" }
            #expect(terminal.lines == expected)
        }
    }
}

/// As much of a terminal as the screen uses.
private struct FakeTerminal {
    private(set) var size: ScreenSize?
    private var cells: [[Character]] = []
    private var row = 0
    private var column = 0

    mutating func resize(_ size: ScreenSize) {
        guard self.size != size else { return }
        self.size = size
        // What a terminal shows after a resize is its own affair.
        cells = Array(repeating: Array(repeating: "#", count: size.columns), count: size.rows)
    }

    var lines: [String] {
        cells.map { row in
            var text = String(row)
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    mutating func take(_ text: String) {
        guard let size else { return }
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\u{1B}" else {
                if column < size.columns { cells[row][column] = character }
                column = min(column + 1, size.columns - 1)
                continue
            }
            let code = rest.prefix { !$0.isLetter }
            rest = rest.dropFirst(code.count)
            let numbers = code.dropFirst().split(separator: ";").compactMap { Int($0) }
            switch rest.popFirst() {
            case "H": (row, column) = (numbers[0] - 1, numbers[1] - 1)
            case "J": cells = Array(repeating: Array(repeating: " ", count: size.columns), count: size.rows)
            case "K": for place in column..<size.columns { cells[row][place] = " " }
            default: break
            }
        }
    }
}
